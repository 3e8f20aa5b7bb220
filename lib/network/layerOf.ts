import { UserError } from "../core/errors";
import { nearest } from "../core/nearest";
import { type Conv, type Linear, type Network, type Node, nodeOf } from "./network";

const hasWeight = (node: Node): node is Conv | Linear => node.kind === "conv" || node.kind === "linear";

/**
 * The convolution or linear layer of that name.
 * @throws UserError that lists the nearest names if there is none.
 */
export function layerOf(network: Network, name: string): Conv | Linear {
  const layers = network.nodes.filter(hasWeight);
  const found = layers.find((layer) => layer.name === name);
  if (found) return found;
  const other = network.nodes.find((node) => node.name === name);
  const problem = other ? `${name} is a ${other.kind}, it has no weight` : `there is no layer ${name}`;
  const near = nearest(
    String(name), // a notebook's list of layers may be empty
    layers.map((layer) => layer.name),
  );
  throw new UserError(`${problem}: choose for instance ${near.join(", ")}`);
}

/** The convolution of that name. @throws Error if the network has no such node, or it is no convolution. */
export function convOf(network: Network, name: string): Conv {
  const node = nodeOf(network, name);
  if (node.kind !== "conv") throw new Error(`${name} is a ${node.kind}, no convolution`);
  return node;
}
