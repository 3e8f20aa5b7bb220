import type { Matrix } from "ml-matrix";
import type { DoubleProducts } from "../../engines/doubleProducts";
import { leadingSubspace } from "../../linalg/subspace";
import { matrixOfRows, rowsOf, symmetrized, timesTransposed, withAddedDiagonal } from "../../linalg/matrix";
import { addScaled, dot } from "../../linalg/rows";
import { definiteInverse } from "../../linalg/inverse";
import type { Moments } from "../measure/moments";

/** An affine map of given rank from p to q channels: x ↦ expand · project · x + shift. */
export interface LowRankMap {
  /** (rank, p). */
  project: Matrix;
  /** (rank, q): the columns of `expand` as rows, orthonormal. */
  expand: Matrix;
  /** q numbers. */
  shift: Float64Array;
}

/**
 * Share of the mean variance that is added to every variance of x, so that channels that never vary, or fewer positions
 * than channels, leave the equations solvable.
 */
const ridge = 1e-5;

/**
 * Inverse of the regularised covariance of x, once for all targets that are fitted from the same x.
 * @param share of the mean variance that is added to every variance.
 */
export function inverseOf({ xx }: Pick<Moments, "xx">, products: DoubleProducts, share = ridge): Promise<Matrix> {
  const mean = xx.trace() / xx.rows;
  return definiteInverse(withAddedDiagonal(xx, mean > 0 ? share * mean : 1), products.ofRows);
}

/**
 * The map of the given rank that comes nearest to y, in squares over all positions: reduced-rank regression
 * (Izenman 1975, J. Multivariate Analysis 5, eq. 2.11). With M = C_yx C_xx⁻¹ the unrestricted regression and U the leading
 * eigenvectors of M C_xx Mᵀ, it is U Uᵀ M; the shift keeps the mean. Zhang et al. 2015 (arXiv:1505.06798, section 3.3)
 * solve the same problem by a generalised SVD; for y = x it is their principal components, section 3.1.
 * @param rank whole number from 1 to min(p, q).
 * @param inverse from `inverseOf`, where it is known already.
 * @param start a map of the same rank to begin the search of eigenvectors at.
 */
export async function reducedRankRegression(
  moments: Moments,
  rank: number,
  products: DoubleProducts,
  inverse?: Matrix,
  start?: LowRankMap,
): Promise<LowRankMap> {
  const { ofRows } = products;
  const regression = await ofRows(moments.yx, inverse ?? (await inverseOf(moments, products)));
  const explained = symmetrized(await ofRows(regression, moments.yx));
  const { vectors } = await leadingSubspace(explained, rank, ofRows, start?.expand);
  return centredMap(await ofRows(vectors, regression.transpose()), vectors, moments);
}

/**
 * The projection on the first directions of y, the mean kept: on y's own principal components it is that of Zhang et al.
 * 2015, section 3.1, eq. 5.
 * @param moments of y with itself, or of what stands for it with y.
 * @param components orthonormal rows, most important first, at least `rank` of them.
 */
export function projection(moments: Moments, components: Matrix, rank: number): LowRankMap {
  const vectors = matrixOfRows(rowsOf(components).slice(0, rank));
  return centredMap(vectors, vectors, moments);
}

function centredMap(project: Matrix, expand: Matrix, { meanX, meanY }: Moments): LowRankMap {
  const mapped = apply(expand, project, meanX);
  return { project, expand, shift: meanY.map((mean, i) => mean - mapped[i]) };
}

/** expand · project · x. */
function apply(expand: Matrix, project: Matrix, x: Float64Array): Float64Array {
  return combination(
    Float64Array.from(rowsOf(project), (row) => dot(row, x)),
    expand,
  );
}

/**
 * E‖y − (expand · project · x + shift)‖² / E‖y − ȳ‖² over the positions that the moments come from; 0 where y never varies.
 */
export function relativeResidual(map: LowRankMap, { meanX, meanY, xx, yx, energy }: Moments): number {
  const { project, expand, shift } = map;
  // E‖y − E P x‖² = energy − 2 tr(E P C_xy) + tr(E P C_xx Pᵀ Eᵀ), and E has orthonormal columns.
  const rows = rowsOf(project);
  const cross = rowsOf(expand).reduce((sum, row, k) => sum + dot(rows[k], combination(row, yx)), 0);
  const own = rowsOf(timesTransposed(project, xx)).reduce((sum, row, k) => sum + dot(row, rows[k]), 0);
  const mapped = apply(expand, project, meanX);
  // Of a map whose shift keeps the mean nothing but rounding.
  const ofMeans = meanY.reduce((sum, mean, i) => sum + (mean - mapped[i] - shift[i]) ** 2, 0);
  return energy > 0 ? (Math.max(0, energy - 2 * cross + own) + ofMeans) / energy : 0;
}

/** Σ factorsᵢ · rowsᵢ. */
function combination(factors: Float64Array, matrix: Matrix): Float64Array {
  const sum = new Float64Array(matrix.columns);
  rowsOf(matrix).forEach((row, i) => {
    addScaled(sum, factors[i], row);
  });
  return sum;
}
