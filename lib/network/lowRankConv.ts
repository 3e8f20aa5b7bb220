import type { Svd } from "../linalg/svd";
import { factorizeLinear } from "./lowRank";
import { type Network, type Node, nodeOf } from "./network";
import { outputSplit } from "./outputSplit";
import { replaceNode } from "./rewire";

/**
 * The rank at which two factors hold a share of a matrix's parameters: max(1, ⌊share · m · n / (m + n)⌋).
 * @param share of rows · columns, 0 to 1.
 */
export function rankForShare(share: number, rows: number, columns: number): number {
  // As in keptRank, no share is meant to a billionth.
  return Math.max(1, Math.floor((share * rows * columns) / (rows + columns) + 1e-9));
}

/**
 * The network with one of its convolutions or linear layers factorized, a convolution at its output, the rest as it was.
 * @param decomposition the SVD of the layer's weight matrix, where it is known already.
 * @throws Error if the node has no weight; UserError if the rank is out of range.
 */
export function withLowRankLayer(network: Network, name: string, rank: number, decomposition?: Svd): Network {
  const layer = nodeOf(network, name);
  if (layer.kind !== "conv" && layer.kind !== "linear") throw new Error(`${name} is a ${layer.kind}: it has no weight`);
  const pair: Node[] = layer.kind === "conv" ? outputSplit(layer, rank, decomposition) : factorizeLinear(layer, rank);
  return replaceNode(network, name, pair);
}
