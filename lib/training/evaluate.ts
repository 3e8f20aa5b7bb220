import type { Matrix } from "ml-matrix";
import { matrixOf, tensorOf, timesTransposed } from "../linalg/matrix";
import type { LabelledFeatures } from "../engines/features";
import type { Head, LinearWeights } from "../network/head";
import { type Interval, wilsonInterval } from "../statistics/proportion";
import type { Tensor } from "../core/tensor";

/** How many images are classified correctly, with the 95 % interval of their share (Wilson 1927). */
export interface Accuracy extends Interval {
  correct: number;
  total: number;
  /** correct / total. */
  share: number;
}

/**
 * Logits (N, classes) of a head on features (N, inputs), summed in double precision and rounded to float32.
 * @throws Error if the features' width is not the head's.
 */
export function logitsOf(head: Head, features: Tensor): Tensor {
  return tensorOf(head.reduce(applyLayer, matrixOf(features)));
}

function applyLayer(input: Matrix, { weight, bias }: LinearWeights): Matrix {
  const [, inputs] = weight.shape;
  if (input.columns !== inputs) throw new Error(`a layer of ${inputs} inputs cannot take ${input.columns} features`);
  const output = timesTransposed(input, matrixOf(weight));
  return bias ? output.addRowVector([...bias.data]) : output;
}

/**
 * The class of the largest logit, the first of equal ones. As PyTorch's argmax, a NaN counts as the largest.
 * @param logits (N, classes).
 */
export function predictions({ shape, data }: Tensor): Int32Array {
  const [count, classes] = shape;
  return Int32Array.from({ length: count }, (_, n) => argmax(data.subarray(n * classes, (n + 1) * classes)));
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) return i;
    if (values[i] > values[best]) best = i;
  }
  return best;
}

/**
 * Accuracy of predictions.
 * @param predicted class of each image.
 * @param labels true class of each image.
 */
export function accuracyOf(predicted: Int32Array, labels: Int32Array): Accuracy {
  const total = labels.length;
  if (predicted.length !== total) throw new Error(`${predicted.length} predictions for ${total} images`);
  const correct = predicted.reduce((sum, label, i) => sum + (label === labels[i] ? 1 : 0), 0);
  return { correct, total, share: correct / total, ...wilsonInterval(correct, total) };
}

/** Accuracy of a head on labelled features. */
export function topOne(head: Head, { features, labels }: LabelledFeatures): Accuracy {
  return accuracyOf(predictions(logitsOf(head, features)), labels);
}

/** How often each class, 0 … classes−1, was predicted. */
export function predictionCounts(predicted: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of predicted) counts[label]++;
  return counts;
}
