import { onnx } from "onnx-proto";
import type { Network } from "../../network/network";
import { toOnnx } from "../../network/onnx";
import { encodeModel, valueInfo } from "../../network/onnxGraph";
import { Graph } from "../graph";
import { crossEntropy, names } from "../stepGraph";
import { addGradients } from "./gradients";
import { addStep, type Optimizer, squaresCorrection, statesOf } from "./optimizer";
import { parametersOf, type Trained } from "./trainedLayers";

const { FLOAT } = onnx.TensorProto.DataType;

/**
 * One step of SGD with momentum or of Adam on some layers of a network, as an ONNX model of standard operators.
 *
 * In: `image` as the network takes it, N of any number; `targets` (N, classes), shares that sum to 1; `perImage` () = 1 / N;
 * `temperature` T (); `learningRate` (); `momentum` (); for each of the layers `layer.weight`, `layer.bias`, and of each a
 * `….velocity`; for Adam also a `….square` of each, and `squaresCorrection` (). All other numbers are constants.
 * Out: `loss` (), before the step: T² times the mean cross-entropy of softmax(logits / T) to the targets. With T = 1 and
 * targets of 0 and 1 that is the ordinary one; with another network's softmax(logits / T) it is distillation (Hinton et al.
 * 2015, arXiv:1503.02531, section 2). And of each number and what goes with it a `….next`.
 * @param network without batch norms. @param imageShape of one image.
 */
export function tuningGraph(
  network: Network,
  layers: readonly Trained[],
  imageShape: readonly number[],
  optimizer: Optimizer,
): Uint8Array {
  const graph = new Graph();
  const gradient = addLoss(graph, network.nodes[network.nodes.length - 1].name);
  for (const [parameter, by] of addGradients(graph, network, layers, imageShape, gradient))
    addStep(graph, optimizer, parameter, by);
  const states = layers.flatMap(parametersOf).flatMap(([name]) => statesOf(optimizer, name));
  const given = [names.targets, names.perImage, names.temperature, names.learningRate, names.momentum, ...states];
  if (optimizer === "Adam") given.push(squaresCorrection);
  const { graph: forward } = onnx.ModelProto.decode(toOnnx(network));
  return encodeModel({
    node: [...(forward?.node ?? []), ...graph.nodes],
    initializer: [
      ...(forward?.initializer ?? []).filter(({ name }) => !given.includes(name ?? "")),
      ...graph.constants,
    ],
    input: [...(forward?.input ?? []), ...given.map((name) => valueInfo(name, FLOAT))],
    output: [names.loss, ...states.map(names.next)].map((name) => valueInfo(name, FLOAT)),
  });
}

/** @returns the gradient by the logits, T (softmax(logits / T) − targets) / N. */
function addLoss(graph: Graph, logits: string): string {
  const scaled = graph.apply("Div", [logits, names.temperature]);
  const { sum, gradient } = crossEntropy(graph, scaled, names.targets, [0, 1]);
  const scale = graph.apply("Mul", [names.perImage, names.temperature]);
  graph.apply("Mul", [sum, graph.apply("Mul", [scale, names.temperature])], [], names.loss);
  return graph.apply("Mul", [gradient, scale]);
}
