import { tensor } from "../tensor";
import { type BatchNorm, type Conv, inputsOf, type Network, type Node } from "./network";

/**
 * The same function with fewer nodes: each batch norm that alone reads a convolution becomes part of it
 * (Jacob et al. 2018, section 3.2). The convolution takes over the batch norm's name.
 */
export function foldBatchNorms(network: Network): Network {
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  const readers = (name: string) => network.nodes.filter((node) => inputsOf(node).includes(name)).length;
  for (const norm of network.nodes) {
    if (norm.kind !== "batchNorm" || readers(norm.input) > 1) continue;
    const conv = nodes.get(norm.input);
    if (conv?.kind !== "conv") continue;
    nodes.set(norm.name, folded(conv, norm));
    nodes.delete(conv.name);
  }
  return { nodes: [...nodes.values()] };
}

function folded(conv: Conv, norm: BatchNorm): Node {
  const weight = tensor(conv.weight.shape);
  const bias = tensor([norm.scale.data.length]);
  const row = weight.data.length / bias.data.length;
  for (let channel = 0; channel < bias.data.length; channel++) {
    const factor = norm.scale.data[channel] / Math.sqrt(norm.variance.data[channel] + norm.epsilon);
    for (let i = channel * row; i < (channel + 1) * row; i++) weight.data[i] = conv.weight.data[i] * factor;
    const before = conv.bias?.data[channel] ?? 0;
    bias.data[channel] = norm.shift.data[channel] + (before - norm.mean.data[channel]) * factor;
  }
  return { ...conv, name: norm.name, weight, bias };
}
