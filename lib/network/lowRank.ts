import { UserError } from "../core/errors";
import { weightMatrix } from "../linalg/matrix";
import { svd } from "../linalg/svd";
import { tensor } from "../core/tensor";
import type { Linear, Network } from "./network";

/** A linear layer's numbers without its place in a network; a head is one of them, or a factorized pair. */
export type LinearWeights = Pick<Linear, "weight" | "bias">;

/**
 * The rank that a keep ratio leaves of a full rank: max(1, ⌊keep · fullRank⌋) (report, chapter 3).
 * @param keep share of the components to keep, 0 to 1.
 * @param fullRank min(rows, columns), at least 1.
 * @throws UserError if the keep ratio is not between 0 and 1.
 */
export function keptRank(keep: number, fullRank: number): number {
  if (!(keep >= 0 && keep <= 1)) throw new UserError(`keep ratio ${keep}: choose one between 0 and 1`);
  // 0.29 · 100 is 28.999999999999996 in floating point; no ratio is meant to a billionth of a component.
  return Math.max(1, Math.floor(keep * fullRank + 1e-9));
}

/**
 * Replaces y = W x + b by two linear layers of the given rank (report, chapter 3; Sainath et al. 2013):
 * with W = U Σ Vᵀ, first x → V_kᵀ x without bias, then z → U_k Σ_k z + b.
 * By Eckart and Young (1936) no other pair of this rank is nearer to W.
 * @param linear weight (out, in).
 * @param rank whole number from 1 to min(out, in).
 * @returns layers (rank, in) and (out, rank), named after the given one with `.0` and `.1` appended.
 * @throws UserError if the rank is out of range.
 */
export function factorizeLinear(linear: Linear, rank: number): [Linear, Linear] {
  const { name, input } = linear;
  const [first, second] = factors(linear, rank);
  return [
    { kind: "linear", name: `${name}.0`, input, ...first },
    { kind: "linear", name: `${name}.1`, input: `${name}.0`, ...second },
  ];
}

/**
 * As factorizeLinear for a head that stands alone, with the rank that the keep ratio leaves.
 * @throws UserError if the keep ratio is not between 0 and 1.
 */
export function factorizeHead([layer]: readonly LinearWeights[], keep: number): LinearWeights[] {
  return factors(layer, keptRank(keep, Math.min(...layer.weight.shape)));
}

function factors({ weight, bias }: LinearWeights, rank: number): [LinearWeights, LinearWeights] {
  const [out, inputs] = weight.shape;
  const fullRank = Math.min(out, inputs);
  if (!Number.isInteger(rank) || rank < 1 || rank > fullRank) {
    throw new UserError(`rank ${rank} for a ${out} × ${inputs} layer: choose a whole number from 1 to ${fullRank}`);
  }
  const { u, s, v } = svd(weightMatrix(weight));
  const first = tensor([rank, inputs]);
  const second = tensor([out, rank]);
  for (let k = 0; k < rank; k++) {
    for (let column = 0; column < inputs; column++) first.data[k * inputs + column] = v.get(column, k);
    for (let row = 0; row < out; row++) second.data[row * rank + k] = u.get(row, k) * s[k];
  }
  return [{ weight: first }, { weight: second, bias }];
}

/**
 * The network with another head: its linear layer `fc`, or its factorized pair `fc.0`, `fc.1`, gives way to
 * the given layers, which take over names and wiring.
 * @throws UserError if the network has no such head, or the layers do not fit the features or each other.
 */
export function withHead(network: Network, head: readonly LinearWeights[]): Network {
  const isHead = (name: string) => name === "fc" || name.startsWith("fc.");
  const old = network.nodes.find((node) => isHead(node.name));
  if (old?.kind !== "linear") throw new UserError("the network has no linear layer fc that could be replaced");
  let { input } = old;
  let inputs = old.weight.shape[1];
  const layers = head.map(({ weight, bias }, index): Linear => {
    const name = head.length === 1 ? "fc" : `fc.${index}`;
    if (weight.shape[1] !== inputs) throw new UserError(`${name} takes ${weight.shape[1]} inputs, but gets ${inputs}`);
    const layer: Linear = { kind: "linear", name, input, weight, bias };
    input = name;
    inputs = weight.shape[0];
    return layer;
  });
  return { nodes: [...network.nodes.filter((node) => !isHead(node.name)), ...layers] };
}
