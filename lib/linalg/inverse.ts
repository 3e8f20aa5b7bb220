import { Matrix } from "ml-matrix";
import type { Product } from "./matrix";
import { choleskyFactor, solveCholesky } from "./solve";

/** Sides below which a loop is as fast as a call. */
const small = 64;

/**
 * The inverse of a symmetric positive definite matrix by its blocks and their Schur complement (Golub & Van Loan, Matrix
 * Computations, 4th ed., §3.2.6, applied to both halves in turn): nearly all of it is matrix products.
 * @param a (n, n); not changed.
 * @param product gives A Bᵀ of A and B.
 * @throws UserError if the matrix is not positive definite, to rounding.
 */
export async function definiteInverse(a: Matrix, product: Product): Promise<Matrix> {
  const n = a.rows;
  if (n <= small) return solveCholesky(choleskyFactor(a), Matrix.eye(n));
  const half = Math.ceil(n / 2);
  const first = await definiteInverse(a.subMatrix(0, half - 1, 0, half - 1), product);
  const below = a.subMatrix(half, n - 1, 0, half - 1);
  // C A⁻¹, and D − C A⁻¹ Cᵀ.
  const mixing = await product(below, first);
  const complement = a.subMatrix(half, n - 1, half, n - 1).sub(await product(mixing, below));
  const last = await definiteInverse(complement, product);
  const mixingColumns = mixing.transpose();
  const corner = (await product(mixingColumns, last)).neg();
  const inverse = new Matrix(n, n);
  inverse.setSubMatrix(first.sub(await product(corner, mixingColumns)), 0, 0);
  inverse.setSubMatrix(corner, 0, half);
  inverse.setSubMatrix(corner.transpose(), half, 0);
  inverse.setSubMatrix(last, half, half);
  return inverse;
}
