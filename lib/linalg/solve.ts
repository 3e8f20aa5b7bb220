import type { Matrix } from "ml-matrix";
import { UserError } from "../core/errors";
import { matrixOfRows, rowsOf } from "./matrix";
import type { Rows } from "./rows";

/**
 * The lower triangular L of A = L Lᵀ (Golub & Van Loan, Matrix Computations, 4th ed., §4.2), row by row.
 * @param a (n, n), symmetric positive definite; what is above its diagonal is not read.
 * @returns (n, n), zeros above the diagonal.
 * @throws UserError if the matrix is not positive definite, to rounding.
 */
export function choleskyFactor(a: Matrix): Matrix {
  const factor: Rows = [];
  for (const [i, row] of rowsOf(a).entries()) {
    const own = new Float64Array(a.rows);
    for (let j = 0; j < i; j++) own[j] = (row[j] - dotOfFirst(j, own, factor[j])) / factor[j][j];
    const square = row[i] - dotOfFirst(i, own, own);
    if (!(square > 0))
      throw new UserError(`no Cholesky factor: the matrix is not positive definite in row ${i}, add to its diagonal`);
    own[i] = Math.sqrt(square);
    factor.push(own);
  }
  return matrixOfRows(factor);
}

/** L⁻¹ of a lower triangular L (n, n), lower triangular itself (Golub & Van Loan §3.1). */
export function invertedLower(lower: Matrix): Matrix {
  const inverse: Rows = [];
  for (const [i, row] of rowsOf(lower).entries()) {
    const own = new Float64Array(lower.rows);
    for (let k = 0; k < i; k++) subtractFromFirst(k + 1, own, row[k], inverse[k]);
    for (let j = 0; j < i; j++) own[j] /= row[i];
    own[i] = 1 / row[i];
    inverse.push(own);
  }
  return matrixOfRows(inverse);
}

/**
 * X of A X = B, given A = L Lᵀ, by substitution forwards and backwards (Golub & Van Loan §3.1), along rows of L both
 * times.
 * @param factor L, (n, n), of `choleskyFactor`.
 * @param rhs right-hand sides as rows, (count, n): Bᵀ.
 * @returns the solutions as rows, (count, n): Xᵀ.
 */
export function solveCholesky(factor: Matrix, rhs: Matrix): Matrix {
  const lower = rowsOf(factor);
  const solutions = rowsOf(rhs).map((right) => {
    const x = right.slice();
    for (let k = 0; k < x.length; k++) x[k] = (x[k] - dotOfFirst(k, lower[k], x)) / lower[k][k];
    for (let k = x.length - 1; k >= 0; k--) {
      x[k] /= lower[k][k];
      subtractFromFirst(k, x, x[k], lower[k]);
    }
    return x;
  });
  return matrixOfRows(solutions);
}

/** Inner product of the first `count` numbers: a view of them would be made half a million times. */
function dotOfFirst(count: number, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[k] * b[k];
  return sum;
}

function subtractFromFirst(count: number, a: Float64Array, factor: number, b: Float64Array): void {
  for (let k = 0; k < count; k++) a[k] -= factor * b[k];
}
