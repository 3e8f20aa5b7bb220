import { onnx } from "onnx-proto";
import { encodeModel, int, ints, operator, valueInfo, wholeNumbers } from "../network/onnxGraph";

/** Names of the values that go into a training step and come out of it. */
export const names = {
  features: "features",
  targets: "targets",
  batch: "batch",
  perImage: "perImage",
  learningRate: "learningRate",
  momentum: "momentum",
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
  const node: onnx.INodeProto[] = [];
  const apply = (opType: string, input: string[], output: string, attribute: onnx.IAttributeProto[] = []) => {
    node.push(operator(opType, input, output, attribute));
    return output;
  };
  const transposed = (value: string) => apply("Transpose", [value], `${value}.transposed`, [ints("perm", [0, 2, 1])]);

  // activations[l] (S, B, inputs of layer l); the last are the logits.
  const activations = [apply("Gather", [names.features, names.batch], "images")];
  biases.forEach((biased, layer) => {
    const product = apply("MatMul", [activations[layer], transposed(names.weight(layer))], `${layer}.product`);
    activations.push(biased ? apply("Add", [product, names.bias(layer)], `${layer}.sum`) : product);
  });

  // loss = −Σ target · log p / B; its gradient by the logits is (p − target) / B.
  const target = apply("Gather", [names.targets, names.batch], "target");
  const logShares = apply("LogSoftmax", [activations[biases.length]], "logShares", [int("axis", -1)]);
  const total = apply("ReduceSum", [apply("Mul", [target, logShares], "ofTarget"), "imagesAndClasses"], "total", [
    int("keepdims", 0),
  ]);
  apply("Neg", [apply("Mul", [total, names.perImage], "mean")], names.loss);
  const excess = apply("Sub", [apply("Exp", [logShares], "shares"), target], "excess");

  let gradient = apply("Mul", [excess, names.perImage], "gradient");
  for (let layer = biases.length - 1; layer >= 0; layer--) {
    const weight = names.weight(layer);
    const byWeight = apply("MatMul", [transposed(gradient), activations[layer]], `${weight}.gradient`);
    if (biases[layer]) {
      update(apply, names.bias(layer), apply("ReduceSum", [gradient, "images axis"], `${layer}.bias.gradient`));
    }
    if (layer > 0) gradient = apply("MatMul", [gradient, weight], `${layer}.inputGradient`);
    update(apply, weight, byWeight);
  }

  const states = parameterNames(biases).flatMap((parameter) => [parameter, names.velocity(parameter)]);
  const inputs = [names.features, names.targets, names.perImage, names.learningRate, names.momentum, ...states];
  return encodeModel({
    node,
    initializer: [wholeNumbers("imagesAndClasses", [1, 2]), wholeNumbers("images axis", [1])],
    input: [valueInfo(names.batch, INT32), ...inputs.map(float)],
    output: [names.loss, ...states.map(names.next)].map(float),
  });
}

/** PyTorch's SGD with momentum: v ← μ v + g, then w ← w − lr · v. */
function update(
  apply: (opType: string, input: string[], output: string) => string,
  parameter: string,
  gradient: string,
) {
  const velocity = names.velocity(parameter);
  const kept = apply("Mul", [names.momentum, velocity], `${velocity}.kept`);
  const next = apply("Add", [kept, gradient], names.next(velocity));
  apply("Sub", [parameter, apply("Mul", [names.learningRate, next], `${parameter}.step`)], names.next(parameter));
}
