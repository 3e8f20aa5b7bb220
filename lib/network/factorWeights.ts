import type { Conv } from "./network";
import type { Matrix } from "ml-matrix";
import { sizeOf, type Tensor, tensor } from "../core/tensor";

/**
 * Weights of the convolution that goes to the `rank` channels between two factors: its filter k is column k.
 * @param columns (in · sides, at least rank).
 * @param sides what a filter spans, the input's channels first.
 * @returns (rank, …sides).
 */
export function filtersOf(columns: Matrix, rank: number, sides: readonly number[]): Tensor {
  const filters = tensor([rank, ...sides]);
  const size = sizeOf(sides);
  for (let k = 0; k < rank; k++) {
    for (let i = 0; i < size; i++) filters.data[k * size + i] = columns.get(i, k);
  }
  return filters;
}

/**
 * Weights of the convolution that takes the `rank` channels between two factors: what it makes of channel k is column k.
 * @param columns (out · sides, at least rank).
 * @param sides the kernel's height and width.
 * @param scales factors of the columns, singular values for instance.
 * @returns (out, rank, …sides).
 */
export function mixersOf(
  columns: Matrix,
  rank: number,
  sides: readonly [number, number],
  scales?: ArrayLike<number>,
): Tensor {
  const size = sizeOf(sides);
  const out = columns.rows / size;
  const mixers = tensor([out, rank, ...sides]);
  for (let o = 0; o < out; o++) {
    for (let k = 0; k < rank; k++) {
      const start = (o * rank + k) * size;
      const scale = scales?.[k] ?? 1;
      for (let i = 0; i < size; i++) mixers.data[start + i] = columns.get(o * size + i, k) * scale;
    }
  }
  return mixers;
}

/**
 * A 1 × 1 convolution: a linear map of the channels at every place.
 * @param weight (out, in); axes of length 1 may follow.
 */
export function pointwise(name: string, input: string, weight: Tensor, bias?: Tensor): Conv {
  const [out, inputs] = weight.shape;
  const kernel = tensor([out, inputs, 1, 1], weight.data);
  return { kind: "conv", name, input, weight: kernel, bias, stride: [1, 1], padding: [0, 0] };
}
