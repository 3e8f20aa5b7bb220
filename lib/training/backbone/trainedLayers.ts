import { UserError } from "../../core/errors";
import { type Tensor, tensor } from "../../core/tensor";
import { type Conv, inputsOf, type Linear, type Network, type Node, nodeOf } from "../../network/network";

/** A layer whose numbers change in training. */
export type Trained = Conv | Linear;

/** A layer's numbers by their names in a training graph. */
export function parametersOf({ name, weight, bias }: Trained): [string, Tensor][] {
  const parts: [string, Tensor][] = [[`${name}.weight`, weight]];
  return bias ? [...parts, [`${name}.bias`, bias]] : parts;
}

/** The network with other numbers in some of its layers. @param dataOf those of a `layer.weight` or `layer.bias`. */
export function withNumbers(
  { nodes }: Network,
  layers: readonly Trained[],
  dataOf: (name: string, value: Tensor) => Float32Array,
): Network {
  const changed = (layer: Trained): Trained => {
    const [weight, bias] = parametersOf(layer).map(([name, value]) => tensor(value.shape, dataOf(name, value)));
    return { ...layer, weight, ...(bias && { bias }) };
  };
  const trained = new Set<Node>(layers);
  return { nodes: nodes.map((node) => (trained.has(node) ? changed(node as Trained) : node)) };
}

/**
 * The layers that are trained while all up to a node stays as it is, in the network's order.
 * @param frozen the last node that stays: unless given, the last one that no gradient leads through, such as the max pooling, or
 * the first convolution where there is none.
 * @throws UserError if there is no such node, no layer follows it, or the way back to them leads through a node without a
 * gradient here.
 */
export function trainedLayers(network: Network, frozen = lastFrozen(network)): Trained[] {
  const after = network.nodes.slice(network.nodes.indexOf(nodeOf(network, frozen)) + 1);
  const layers = after.filter((node): node is Trained => node.kind === "conv" || node.kind === "linear");
  if (layers.length === 0) throw new UserError(`no layer to train follows ${frozen}: choose an earlier node`);
  const moved = movedBy(network, layers);
  const hindrance = network.nodes.filter((node) => moved.has(node.name) && !hasGradient(node)).pop();
  if (!hindrance) return layers;
  throw new UserError(
    `no gradient leads through ${hindrance.name}, ${descriptionOf(hindrance)}: keep all up to it as it is, or train nothing`,
  );
}

function lastFrozen({ nodes }: Network): string {
  const last = nodes.filter((node) => !hasGradient(node)).pop() ?? nodes.find(({ kind }) => kind === "conv");
  return (last ?? nodes[0]).name;
}

function hasGradient(node: Node): boolean {
  if (node.kind === "conv") return !node.int8 && !node.groups;
  return node.kind !== "batchNorm" && node.kind !== "maxPool" && node.kind !== "quantize";
}

function descriptionOf(node: Node): string {
  if (node.kind === "conv" && node.groups) return "a convolution in groups";
  if (node.kind === "batchNorm") return "a batch norm that is part of no convolution";
  return node.kind === "maxPool" ? "a max pooling" : "rounded to int8";
}

/** Names of the nodes whose values depend on the layers' numbers, these included. */
export function movedBy({ nodes }: Network, layers: readonly Trained[]): Set<string> {
  const moved = new Set(layers.map(({ name }) => name));
  for (const node of nodes) if (inputsOf(node).some((input) => moved.has(input))) moved.add(node.name);
  return moved;
}
