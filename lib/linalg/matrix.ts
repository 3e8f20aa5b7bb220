import { Matrix } from "ml-matrix";
import { UserError } from "../core/errors";
import { range, sizeOf, type Tensor, tensor } from "../core/tensor";
import type { Rows } from "./rows";

/** Gives A Bᵀ of A and B: `timesTransposed` below, or a faster one. */
export type Product = (a: Matrix, b: Matrix) => Promise<Matrix>;

/** A matrix's own rows, not copies: ml-matrix keeps them in a field that its types do not name. */
export function rowsOf(matrix: Matrix): Rows {
  return (matrix as Matrix & { data: Rows }).data;
}

/** The matrix of these rows, not of copies. @param columns the length of each, which counts where there are none. */
export function matrixOfRows(rows: Rows, columns = rows[0]?.length ?? 0): Matrix {
  return Object.assign(new Matrix(0, 0), { data: rows, rows: rows.length, columns });
}

/** A tensor (n, …) as a matrix (n, everything else). */
export function matrixOf({ shape: [count, ...sides], data }: Tensor): Matrix {
  const width = sizeOf(sides);
  const row = (n: number) => new Float64Array(data.subarray(n * width, (n + 1) * width));
  return matrixOfRows(range(count).map(row), width);
}

/** A matrix as a tensor (rows, columns), or of another shape of that size, rounded to float32. */
export function tensorOf(matrix: Matrix, shape = [matrix.rows, matrix.columns]): Tensor {
  return tensor(shape, new Float32Array(matrix.to1DArray()));
}

/** A weight (out, in, height, width) or (out, in) as a matrix (out, in · height · width). @throws UserError for fewer axes. */
export function weightMatrix(weight: Tensor): Matrix {
  if (weight.shape.length < 2) throw new UserError(`a tensor of shape (${weight.shape}) is no weight matrix`);
  return matrixOf(weight);
}

/** The mean of a square matrix and its transpose: rounding leaves the two halves of a product slightly different. */
export function symmetrized(square: Matrix): Matrix {
  const rows = rowsOf(square);
  return matrixOfRows(rows.map((row, i) => row.map((value, j) => (value + rows[j][i]) / 2)));
}

/** A + value · I of a square matrix A, which is not changed. */
export function withAddedDiagonal(square: Matrix, value: number): Matrix {
  const rows = rowsOf(square).map((row) => row.slice());
  rows.forEach((row, i) => {
    row[i] += value;
  });
  return matrixOfRows(rows);
}

/**
 * A matrix divided by a power of two near its largest magnitude: exact, and it keeps squares within the range of doubles.
 * @param what cannot be had of a matrix that holds NaN or infinity: for the error.
 * @throws UserError if it does.
 */
export function scaledDown(matrix: Matrix, what: string): { scale: number; scaled: Matrix } {
  let largest = 0;
  for (const [i, row] of rowsOf(matrix).entries()) {
    const j = row.findIndex((value) => !Number.isFinite(value));
    if (j >= 0)
      throw new UserError(`no ${what}: the matrix holds ${row[j]} at (${i}, ${j}), check where it comes from`);
    for (const value of row) largest = Math.max(largest, Math.abs(value));
  }
  const scale = largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
  const rows = rowsOf(matrix).map((row) => row.map((value) => value / scale));
  return { scale, scaled: matrixOfRows(rows, matrix.columns) };
}

/** A Bᵀ, (p, q), of matrices A (p, n) and B (q, n). */
export function timesTransposed(first: Matrix, second: Matrix): Matrix {
  const [a, b] = [first, second].map(rowsOf);
  const product = a.map(() => new Float64Array(b.length));
  const lastA = a.length - 1;
  const lastB = b.length - 1;
  // At the edges the last row stands in for those beyond it; what is written beyond a typed array's end is ignored.
  for (let j = 0; j <= lastB; j += 4) {
    const [b1, b2, b3] = [b[Math.min(j + 1, lastB)], b[Math.min(j + 2, lastB)], b[Math.min(j + 3, lastB)]];
    for (let i = 0; i <= lastA; i += 2) {
      const below = Math.min(i + 1, lastA);
      fillBlock(product[i], product[below], j, a[i], a[below], b[j], b1, b2, b3);
    }
  }
  return matrixOfRows(product, b.length);
}

/**
 * Fills columns j … j+3 of two rows of a product: six numbers fetched serve eight multiplications, and eight sums grow
 * without waiting for each other.
 */
function fillBlock(
  upperProduct: Float64Array,
  lowerProduct: Float64Array,
  j: number,
  upper: Float64Array,
  lower: Float64Array,
  b0: Float64Array,
  b1: Float64Array,
  b2: Float64Array,
  b3: Float64Array,
): void {
  let [upper0, upper1, upper2, upper3, lower0, lower1, lower2, lower3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < upper.length; k++) {
    const x = upper[k];
    const y = lower[k];
    const v0 = b0[k];
    const v1 = b1[k];
    const v2 = b2[k];
    const v3 = b3[k];
    upper0 += x * v0;
    upper1 += x * v1;
    upper2 += x * v2;
    upper3 += x * v3;
    lower0 += y * v0;
    lower1 += y * v1;
    lower2 += y * v2;
    lower3 += y * v3;
  }
  upperProduct[j] = upper0;
  upperProduct[j + 1] = upper1;
  upperProduct[j + 2] = upper2;
  upperProduct[j + 3] = upper3;
  lowerProduct[j] = lower0;
  lowerProduct[j + 1] = lower1;
  lowerProduct[j + 2] = lower2;
  lowerProduct[j + 3] = lower3;
}
