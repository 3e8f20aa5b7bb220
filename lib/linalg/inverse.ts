import { Matrix } from "ml-matrix";
import { matrixOfRows, type Product, rowsOf } from "./matrix";
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
  if (a.rows <= small) return solveCholesky(choleskyFactor(a), Matrix.eye(a.rows));
  const half = Math.ceil(a.rows / 2);
  const below = block(a, [half], [0, half]);
  const first = await definiteInverse(block(a, [0, half], [0, half]), product);
  // C A⁻¹, and D − C A⁻¹ Cᵀ.
  const mixing = await product(below, first);
  const complement = block(a, [half], [half]).sub(await product(mixing, below));
  const last = await definiteInverse(complement, product);
  const mixingColumns = mixing.transpose();
  const corner = await product(mixingColumns, last);
  const upperLeft = first.add(await product(corner, mixingColumns));
  const upperRight = rowsOf(corner.neg());
  const lowerLeft = rowsOf(corner.transpose());
  return matrixOfRows([
    ...rowsOf(upperLeft).map((row, i) => joined(row, upperRight[i])),
    ...rowsOf(last).map((row, i) => joined(lowerLeft[i], row)),
  ]);
}

function block(matrix: Matrix, [top, bottom]: number[], [left, right]: number[]): Matrix {
  return matrixOfRows(
    rowsOf(matrix)
      .slice(top, bottom)
      .map((row) => row.slice(left, right)),
  );
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(a.length + b.length);
  result.set(a);
  result.set(b, a.length);
  return result;
}
