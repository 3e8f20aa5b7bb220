import { Tensor as OrtTensor } from "onnxruntime-node";
import { sizeOf, stacked, type Tensor } from "../core/tensor";
import type { Head } from "../network/head";
import { type Biases, names, parameterNames } from "./stepGraph";

/** Parameters of S heads and their velocities by their names in the step graph, each with a leading axis of length S. */
export type HeadStack = Record<string, OrtTensor>;

/** Which layers have a bias. @throws Error unless all heads are of one shape. */
export function biasesOf(heads: readonly Head[]): Biases {
  const describe = (head: Head) =>
    head.map(({ weight, bias }) => `(${weight.shape})${bias ? " + bias" : ""}`).join(", ");
  const other = heads.find((head) => describe(head) !== describe(heads[0]));
  if (heads.length === 0 || other) {
    throw new Error(other ? `heads of two shapes: ${describe(heads[0])} and ${describe(other)}` : "no heads to train");
  }
  return heads[0].map(({ bias }) => bias !== undefined);
}

/** Stacks heads of one shape, at rest: all velocities 0. */
export function stackHeads(heads: readonly Head[]): HeadStack {
  const stack: HeadStack = {};
  heads[0].forEach(({ weight, bias }, layer) => {
    const [outputs, inputs] = weight.shape;
    const weights = heads.map((head) => head[layer].weight);
    stack[names.weight(layer)] = concatenated(weights, [heads.length, outputs, inputs]);
    if (!bias) return;
    const biases = heads.map((head) => head[layer].bias as Tensor);
    stack[names.bias(layer)] = concatenated(biases, [heads.length, 1, outputs]);
  });
  for (const parameter of parameterNames(biasesOf(heads))) {
    const { dims } = stack[parameter];
    stack[names.velocity(parameter)] = new OrtTensor("float32", new Float32Array(sizeOf(dims)), dims);
  }
  return stack;
}

/** The heads of a stack, copied out. @param like a head of their shape. */
export function unstackHeads(stack: HeadStack, count: number, like: Head): Head[] {
  const copied = (name: string, head: number, { shape }: Tensor): Tensor => {
    const size = sizeOf(shape);
    return { shape: [...shape], data: (stack[name].data as Float32Array).slice(head * size, (head + 1) * size) };
  };
  return Array.from({ length: count }, (_, head) =>
    like.map(({ weight, bias }, layer) => ({
      weight: copied(names.weight(layer), head, weight),
      ...(bias && { bias: copied(names.bias(layer), head, bias) }),
    })),
  );
}

const concatenated = (parts: readonly Tensor[], dims: number[]) =>
  new OrtTensor("float32", stacked(parts.map(({ data }) => data)).data, dims);
