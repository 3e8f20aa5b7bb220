import { onnx } from "onnx-proto";
import { encodeModel, int, ints, valueInfo } from "../network/onnxGraph";
import { Graph } from "./graph";

/** Names of the values that go into a training step and come out of it. */
export const names = {
  features: "features",
  targets: "targets",
  batch: "batch",
  perImage: "perImage",
  learningRate: "learningRate",
  momentum: "momentum",
  temperature: "temperature",
  loss: "loss",
  weight: (layer: number) => `${layer}.weight`,
  bias: (layer: number) => `${layer}.bias`,
  velocity: (parameter: string) => `${parameter}.velocity`,
  next: (state: string) => `${state}.next`,
};

/** Which layers of a head have a bias, in order. */
export type Biases = readonly boolean[];

/** The parameters of such a head, in order. */
export function parameterNames(biases: Biases): string[] {
  return biases.flatMap((biased, layer) => [names.weight(layer), ...(biased ? [names.bias(layer)] : [])]);
}

const { FLOAT, INT32 } = onnx.TensorProto.DataType;

const float = (name: string) => valueInfo(name, FLOAT);

/**
 * One step of S heads as an ONNX model: forward, softmax cross-entropy, its gradient by hand, momentum.
 * All heads share the features and differ in everything else, along a leading axis of length S.
 *
 * In: `features` (N, inputs); `targets` (N, classes), one-hot; `batch` (S, B) rows of the features, int32;
 * `perImage` () = 1 / B; `learningRate` (S, 1, 1); `momentum` ();
 * for each layer l `l.weight` (S, outputs, inputs), `l.bias` (S, 1, outputs), and of each a `….velocity`.
 * Out: `loss` (S), the batch's mean before the step, and for each parameter and velocity a `….next`.
 */
export function stepGraph(biases: Biases): Uint8Array {
  const graph = new Graph();
  const transposed = (value: string) => graph.apply("Transpose", [value], [ints("perm", [0, 2, 1])]);

  // activations[l] (S, B, inputs of layer l); the last are the logits.
  const activations = [graph.apply("Gather", [names.features, names.batch])];
  biases.forEach((biased, layer) => {
    const product = graph.apply("MatMul", [activations[layer], transposed(names.weight(layer))]);
    activations.push(biased ? graph.apply("Add", [product, names.bias(layer)]) : product);
  });

  const target = graph.apply("Gather", [names.targets, names.batch]);
  const entropy = crossEntropy(graph, activations[biases.length], target, [1, 2]);
  graph.apply("Mul", [entropy.sum, names.perImage], [], names.loss);
  let gradient = graph.apply("Mul", [entropy.gradient, names.perImage]);
  for (let layer = biases.length - 1; layer >= 0; layer--) {
    const weight = names.weight(layer);
    const byWeight = graph.apply("MatMul", [transposed(gradient), activations[layer]]);
    if (biases[layer]) update(graph, names.bias(layer), graph.apply("ReduceSum", [gradient, graph.list([1])]));
    if (layer > 0) gradient = graph.apply("MatMul", [gradient, weight]);
    update(graph, weight, byWeight);
  }

  const states = parameterNames(biases).flatMap((parameter) => [parameter, names.velocity(parameter)]);
  const inputs = [names.features, names.targets, names.perImage, names.learningRate, names.momentum, ...states];
  return encodeModel({
    node: graph.nodes,
    initializer: graph.constants,
    input: [valueInfo(names.batch, INT32), ...inputs.map(float)],
    output: [names.loss, ...states.map(names.next)].map(float),
  });
}

/** Softmax cross-entropy −Σ t · log p, summed over these axes, and its gradient by the logits, p − t. */
export function crossEntropy(graph: Graph, logits: string, targets: string, axes: readonly number[]) {
  const logShares = graph.apply("LogSoftmax", [logits], [int("axis", -1)]);
  const ofTargets = graph.apply("Mul", [targets, logShares]);
  const total = graph.apply("ReduceSum", [ofTargets, graph.list(axes)], [int("keepdims", 0)]);
  const gradient = graph.apply("Sub", [graph.apply("Exp", [logShares]), targets]);
  return { sum: graph.apply("Neg", [total]), gradient };
}

/** PyTorch's SGD with momentum: v ← μ v + g, then w ← w − lr · v. */
export function update(graph: Graph, parameter: string, gradient: string): void {
  const velocity = names.velocity(parameter);
  const kept = graph.apply("Mul", [names.momentum, velocity]);
  const next = graph.apply("Add", [kept, gradient], [], names.next(velocity));
  graph.apply("Sub", [parameter, graph.apply("Mul", [names.learningRate, next])], [], names.next(parameter));
}
