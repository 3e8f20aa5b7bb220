import type { Matrix } from "ml-matrix";
import { weightMatrix } from "../linalg/matrix";
import { type Network, nodeOf } from "../network/network";

// What chapters that have not moved yet take from here.

/** Threshold of the report for k95. */
export const varianceThreshold = 0.95;

/**
 * The weight of a convolution or linear layer as a matrix (out, in · height · width).
 * @throws Error if the node has no weight.
 */
export function layerMatrix(network: Network, name: string): Matrix {
  const node = nodeOf(network, name);
  if (node.kind !== "conv" && node.kind !== "linear") throw new Error(`${name} is a ${node.kind}: it has no weight`);
  return weightMatrix(node.weight);
}
