import { UserError } from "../core/errors";
import { Random } from "../core/random";
import { range, type Tensor, tensor } from "../core/tensor";
import { tensorOf, weightMatrix } from "../linalg/matrix";
import { svd } from "../linalg/svd";
import { checkRank } from "./rankPlan";
import { costs, cutAfter, imageChannels, type Linear, type Network } from "./network";

/** A linear layer's numbers without its place in a network: weight (out, in), bias (out). */
export type LinearWeights = Pick<Linear, "weight" | "bias">;

/** A classifier on features: one linear layer, or two of a factorized one, the first without bias. */
export type Head = LinearWeights[];

/**
 * Heads of one layer as PyTorch initialises `Linear`: weight, then bias, uniform in ±1/√inputs.
 * @returns one a seed.
 */
export function linearHeads(inputs: number, classes: number, seeds: readonly number[]): Head[] {
  const bound = 1 / Math.sqrt(inputs);
  return seeds.map((seed) => {
    const random = new Random(seed);
    const drawn = (shape: number[]): Tensor => {
      const result = tensor(shape);
      for (let i = 0; i < result.data.length; i++) result.data[i] = random.uniform(-bound, bound);
      return result;
    };
    return [{ weight: drawn([classes, inputs]), bias: drawn([classes]) }];
  });
}

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
 * @param head one layer, weight (out, in).
 * @param rank whole number from 1 to min(out, in).
 * @returns layers (rank, in) and (out, rank).
 * @throws UserError if the rank is out of range, or the head is a pair already.
 */
export function factorize([layer, ...more]: Head, rank: number): Head {
  if (more.length > 0) throw new UserError("this head is a pair of factors already: factorize the one it came from");
  const { weight, bias } = layer;
  const [out, inputs] = weight.shape;
  checkRank(`a ${out} × ${inputs} layer`, rank, Math.min(out, inputs));
  const { u, s, v } = svd(weightMatrix(weight));
  const first = v.subMatrixColumn(range(rank)).transpose();
  const second = u.subMatrixColumn(range(rank)).mulRowVector(s.subarray(0, rank));
  return [{ weight: tensorOf(first) }, { weight: tensorOf(second), bias }];
}

/** Features of an image that a network's head reads: the channels at `avgpool`. @throws UserError if it has no such node. */
export function featureCount(network: Network): number {
  const shape = [imageChannels(network) ?? 1, 32, 32]; // of any sides: pooling leaves the channels
  return costs(cutAfter(network, "avgpool"), shape).pop()!.outputShape[0];
}

/**
 * The network with another head: its linear layer `fc`, or its factorized pair `fc.0`, `fc.1`, gives way to
 * the given layers, which take over names and wiring. Without a head they follow `avgpool`.
 * @throws UserError if the network ends otherwise, or the layers do not fit the features or each other.
 */
export function withHead(network: Network, head: Head): Network {
  const isHead = (name: string) => name === "fc" || name.startsWith("fc.");
  const old = network.nodes.find((node) => isHead(node.name));
  if (old && old.kind !== "linear") throw new UserError("the network's fc is no linear layer that could be replaced");
  let input = old?.input ?? "avgpool";
  let inputs = old?.weight.shape[1] ?? featureCount(network);
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
