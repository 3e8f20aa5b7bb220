import { onnx } from "onnx-proto";
import { costs, imageInput, inputsOf, type Network, type Node } from "../../network/network";
import { int } from "../../network/onnxGraph";
import type { Graph } from "../graph";
import { gradientByInput, gradientByWeight, type Sides } from "./convGradients";
import { movedBy, type Trained } from "./trainedLayers";

/**
 * Adds to a graph that computes a network the gradients of a loss by the numbers of some of its layers, node by node from the
 * last to the first of these layers.
 * @param imageShape of one image. @param gradient by the network's output, (N, …).
 * @returns for each `layer.weight` and `layer.bias` the name of the gradient by it, of its shape.
 */
export function addGradients(
  graph: Graph,
  network: Network,
  layers: readonly Trained[],
  imageShape: readonly number[],
  gradient: string,
): Map<string, string> {
  const { nodes } = network;
  const shapes = new Map([[imageInput, [...imageShape]]]);
  for (const { name, outputShape } of costs(network, [...imageShape])) shapes.set(name, outputShape);
  const moved = movedBy(network, layers);
  const trained = new Set<Node>(layers);
  const found = new Map<string, string>();
  const arrived = new Map([[nodes[nodes.length - 1].name, [gradient]]]);
  for (const node of [...nodes].reverse()) {
    const parts = arrived.get(node.name);
    if (!parts || !moved.has(node.name)) continue;
    const own = parts.length > 1 ? graph.apply("Sum", parts) : parts[0];
    const inputs = inputsOf(node);
    const [input, output] = [inputs[0], node.name].map((name) => (shapes.get(name) ?? []).slice(1));
    const place = { input: inputs[0], sides: { input, output }, gradient: own };
    if (trained.has(node)) for (const [name, by] of byParameters(graph, node as Trained, place)) found.set(name, by);
    if (!inputs.some((input) => moved.has(input))) continue;
    const before = byInput(graph, node, place);
    for (const input of inputs) arrived.set(input, [...(arrived.get(input) ?? []), before]);
  }
  return found;
}

interface Place {
  /** Names of the first value that a node reads, and of the gradient by what it writes. */
  input: string;
  gradient: string;
  sides: Sides;
}

function byParameters(graph: Graph, layer: Trained, { input, sides, gradient }: Place): [string, string][] {
  const { kind, name, bias } = layer;
  const byWeight =
    kind === "conv"
      ? gradientByWeight(graph, layer, sides, input, gradient)
      : graph.apply("Gemm", [gradient, input], [int("transA", 1)]);
  const found: [string, string][] = [[`${name}.weight`, byWeight]];
  const axes = graph.list(kind === "conv" ? [0, 2, 3] : [0]);
  if (bias) found.push([`${name}.bias`, graph.apply("ReduceSum", [gradient, axes], [int("keepdims", 0)])]);
  return found;
}

/** The gradient by what a node reads, by each of the two for an addition. */
function byInput(graph: Graph, node: Node, { input, sides, gradient }: Place): string {
  switch (node.kind) {
    case "conv":
      return gradientByInput(graph, node, sides, `${node.name}.weight`, gradient);
    case "linear":
      return graph.apply("MatMul", [gradient, `${node.name}.weight`]);
    case "relu": {
      const open = graph.apply("Greater", [node.name, graph.number(0)]);
      const mask = graph.apply("Cast", [open], [int("to", onnx.TensorProto.DataType.FLOAT)]);
      return graph.apply("Mul", [gradient, mask]);
    }
    case "globalAveragePool": {
      const [high, wide] = sides.input;
      const share = graph.apply("Mul", [gradient, graph.number(1 / (high * wide))]);
      const single = graph.apply("Unsqueeze", [share, graph.list([2, 3])]);
      return graph.apply("Expand", [single, graph.apply("Shape", [input])]);
    }
    case "add":
      return gradient;
    default:
      throw new Error(`no gradient leads through ${node.name}, a ${node.kind}`);
  }
}
