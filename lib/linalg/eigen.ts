import { EigenvalueDecomposition, type Matrix } from "ml-matrix";
import { matrixOfRows, rowsOf, withAddedDiagonal } from "./matrix";

/** Eigenvectors of a symmetric matrix (n, n), orthonormal rows (any, n), by descending eigenvalue, and their eigenvalues. */
export interface Eigen {
  vectors: Matrix;
  values: Float64Array;
}

/**
 * All eigenvectors, of tied eigenvalues and of deficient rank too.
 *
 * Householder reflections leave rounding errors of what has no rank, and of these again, until they are denormal numbers,
 * which have too few digits to normalise: the vectors were then neither of length 1 nor orthogonal. A multiple of the
 * identity, which changes no eigenvector, keeps the rounding errors of rounding errors at one size.
 */
export function eigen(symmetric: Matrix): Eigen {
  const shift = Number.EPSILON * Math.max(symmetric.max(), -symmetric.min());
  const shifted = withAddedDiagonal(symmetric, shift);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(shifted, { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((i, j) => realEigenvalues[j] - realEigenvalues[i]);
  const columns = rowsOf(eigenvectorMatrix.transpose());
  return {
    vectors: matrixOfRows(order.map((i) => columns[i])),
    values: Float64Array.from(order, (i) => realEigenvalues[i] - shift),
  };
}
