import { type Conv, type Network, nodeOf } from "./network";

/** The convolution of that name. @throws Error if the network has no such node, or it is no convolution. */
export function convOf(network: Network, name: string): Conv {
  const node = nodeOf(network, name);
  if (node.kind !== "conv") throw new Error(`${name} is a ${node.kind}, no convolution`);
  return node;
}
