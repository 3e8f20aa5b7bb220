import { UserError } from "../core/errors";
import type { Svd } from "../linalg/svd";
import { factorize } from "./head";
import { layerOf } from "./layerOf";
import type { Linear, Network, Node } from "./network";
import { outputSplit } from "./outputSplit";
import { replaceNode } from "./rewire";

/**
 * The rank at which two factors hold a share of a matrix's parameters: max(1, ⌊share · m · n / (m + n)⌋).
 * @param share of rows · columns, above 0, up to 1.
 * @throws UserError for another share.
 */
export function rankForShare(share: number, rows: number, columns: number): number {
  if (!(share > 0 && share <= 1)) throw new UserError(`share ${share}: choose one above 0, up to 1`);
  // As in keptRank, no share is meant to a billionth.
  return Math.max(1, Math.floor((share * rows * columns) / (rows + columns) + 1e-9));
}

/**
 * The network with one of its convolutions or linear layers factorized, a convolution at its output, the rest as it was.
 * @param decomposition the SVD of a convolution's weight matrix, where it is known already.
 * @throws UserError if there is no such layer, or the rank is out of range.
 */
export function withLowRankLayer(network: Network, name: string, rank: number, decomposition?: Svd): Network {
  const layer = layerOf(network, name);
  const pair: Node[] = layer.kind === "conv" ? outputSplit(layer, rank, decomposition) : linearPair(layer, rank);
  return replaceNode(network, name, pair);
}

/** The factorized layers, named after the given one with `.0` and `.1` appended. */
function linearPair(linear: Linear, rank: number): Linear[] {
  const { name, input } = linear;
  return factorize([linear], rank).map((weights, i) => ({
    kind: "linear",
    name: `${name}.${i}`,
    input: i === 0 ? input : `${name}.0`,
    ...weights,
  }));
}
