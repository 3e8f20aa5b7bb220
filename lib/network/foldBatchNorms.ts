import { tensor } from "../core/tensor";
import { type BatchNorm, type Conv, inputsOf, type Network, type Node, nodeOf } from "./network";
import { rewired } from "./rewire";

/**
 * The same function with fewer nodes: each batch norm that alone reads a convolution becomes part of it
 * (Jacob et al. 2018, section 3.2). The convolution keeps its name, and what read the batch norm reads it.
 */
export function foldBatchNorms(network: Network): Network {
  return network.nodes.reduce((result, { name }) => withoutNorm(result, name), network);
}

/** The network with that node folded, if it is a batch norm that can be. */
function withoutNorm(network: Network, name: string): Network {
  const norm = nodeOf(network, name);
  if (norm.kind !== "batchNorm") return network;
  const readers = network.nodes.filter((node) => inputsOf(node).includes(norm.input));
  const conv = network.nodes.find((node) => node.name === norm.input);
  if (conv?.kind !== "conv" || readers.length > 1) return network;
  const nodes = network.nodes.filter((node) => node !== conv);
  // In the batch norm's place, which may be the last: then its value is the output.
  return { nodes: nodes.map((node) => (node === norm ? folded(conv, norm) : rewired(node, name, conv.name))) };
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
  return { ...conv, weight, bias };
}
