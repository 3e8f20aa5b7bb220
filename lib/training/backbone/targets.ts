import { stacked, type Tensor } from "../../core/tensor";
import { matrixOf, rowsOf } from "../../linalg/matrix";
import { dot } from "../../linalg/rows";
import { logSoftmax, softmax } from "../../statistics/softmax";
import { mean } from "../../statistics/summary";

/** Of the softmax of a teacher and its pupil (Hinton et al. 2015, arXiv:1503.02531, section 2). */
export const teachersTemperature = 2;

/** softmax(logits / T), row by row: (N, classes). */
export function sharesOf(logits: Tensor, temperature: number): Tensor {
  return stacked(rowsOf(matrixOf(logits)).map((row) => softmax(row, temperature)));
}

/**
 * T² times the mean cross-entropy of softmax(logits / T) to the targets: the loss of a tuning step.
 * @param targets (N, classes), as the logits.
 */
export function lossOf(logits: Tensor, targets: Tensor, temperature: number): number {
  const wanted = rowsOf(matrixOf(targets));
  const losses = rowsOf(matrixOf(logits)).map((row, n) => -dot(wanted[n], logSoftmax(row, temperature)));
  return temperature ** 2 * mean(losses);
}
