import { requireWhole } from "./errors";

/** A dense float32 tensor in row-major (C) order. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** A model's tensors by torch's names, in the file's order; whatever the file stored, widened or rounded to float32. */
export type StateDict = Map<string, Tensor>;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Whether the value can be a length or a place: a whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The whole numbers 0 … count−1: places, seeds. @throws UserError unless the count is one itself, from 0. */
export function range(count: number): number[] {
  requireWhole("range", count, 0);
  return Array.from({ length: count }, (_, i) => i);
}

/** A tensor of zeros, or one over the data given. */
export function tensor(shape: number[], data: Float32Array = new Float32Array(sizeOf(shape))): Tensor {
  return { shape, data };
}

/** Rows of the same length as a tensor (rows, length); (0, 0) of none. */
export function stacked(rows: readonly ArrayLike<number>[]): Tensor {
  const width = rows[0]?.length ?? 0;
  const result = tensor([rows.length, width]);
  rows.forEach((row, i) => {
    result.data.set(row, i * width);
  });
  return result;
}

/** ‖a − b‖ / ‖a‖ over all elements. @throws Error if the shapes differ. */
export function relativeError(a: Tensor, b: Tensor): number {
  if (a.shape.join() !== b.shape.join()) throw new Error(`no error between shapes (${a.shape}) and (${b.shape})`);
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    difference += (a.data[i] - b.data[i]) ** 2;
    norm += a.data[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}
