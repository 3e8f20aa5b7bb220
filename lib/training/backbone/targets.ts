import { type Tensor, tensor } from "../../core/tensor";

/** softmax(logits / T), row by row: (N, classes). */
export function softmax({ shape, data }: Tensor, temperature: number): Tensor {
  const result = tensor([...shape]);
  const classes = shape[1];
  for (let from = 0; from < data.length; from += classes) {
    const row = data.subarray(from, from + classes);
    const largest = Math.max(...row);
    const raised = row.map((value) => Math.exp((value - largest) / temperature));
    const sum = raised.reduce((total, value) => total + value, 0);
    for (let k = 0; k < classes; k++) result.data[from + k] = raised[k] / sum;
  }
  return result;
}

/**
 * T² times the mean cross-entropy of softmax(logits / T) to the targets: the loss of a tuning step.
 * @param targets (N, classes), as the logits.
 */
export function lossOf(logits: Tensor, targets: Tensor, temperature: number): number {
  const shares = softmax(logits, temperature).data;
  // float32's least, so that a share of 0 costs much, not infinity times 0.
  const sum = shares.reduce((total, share, i) => total - targets.data[i] * Math.log(Math.max(share, 1e-38)), 0);
  return (temperature ** 2 * sum) / logits.shape[0];
}
