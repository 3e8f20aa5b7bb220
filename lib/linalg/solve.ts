import type { Matrix } from "ml-matrix";
import { UserError } from "../core/errors";
import { matrixOfRows, rowsOf } from "./matrix";
import { addScaled, dot, type Rows } from "./rows";

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
    for (let j = 0; j < i; j++) own[j] = (row[j] - dot(own, factor[j], j)) / factor[j][j];
    const square = row[i] - dot(own, own, i);
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
    for (let k = 0; k < i; k++) addScaled(own, -row[k], inverse[k], k + 1);
    for (let j = 0; j < i; j++) own[j] /= row[i];
    own[i] = 1 / row[i];
    inverse.push(own);
  }
  return matrixOfRows(inverse);
}

/**
 * X of A X = B, given A = L Lᵀ, by substitution forwards and backwards along rows of L (Golub & Van Loan §3.1).
 * @param factor L, (n, n), of `choleskyFactor`.
 * @param rhs right-hand sides as rows, (count, n): Bᵀ.
 * @returns the solutions as rows, (count, n): Xᵀ.
 */
export function solveCholesky(factor: Matrix, rhs: Matrix): Matrix {
  const lower = rowsOf(factor);
  const solutions = rowsOf(rhs).map((right) => {
    const x = right.slice();
    for (let k = 0; k < x.length; k++) x[k] = (x[k] - dot(lower[k], x, k)) / lower[k][k];
    for (let k = x.length - 1; k >= 0; k--) {
      x[k] /= lower[k][k];
      addScaled(x, -x[k], lower[k], k);
    }
    return x;
  });
  return matrixOfRows(solutions);
}
