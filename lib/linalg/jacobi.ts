import { addScaled, dot, type Rows, rotate } from "./rows";

/** Cosine of the angle between two rows below which they count as orthogonal. */
const orthogonal = 1e-10;

/** A guard; from a good start one or two sweeps are enough. */
const maxSweeps = 40;

/**
 * One-sided Jacobi (Hestenes 1958; Golub & Van Loan, Matrix Computations, 4th ed., §8.6): rotates pairs of rows of Y
 * until all are orthogonal, and the rows of W by the same angles, so that Wᵀ Y stays what it was. In place.
 * @param y (r, n) rows that are orthogonal up to the rounding of a Gram matrix: |yᵢ·yⱼ| ≲ r ε σ₁². Pairs of rows so long
 * that this is nothing need no look, and in well-conditioned matrices these are all pairs.
 * @param w (r, any).
 */
export function orthogonalizeRows(y: Rows, w: Rows): void {
  const squares = y.map((row) => dot(row, row));
  const largest = Math.max(...squares);
  const roundingOfProducts = y.length * Number.EPSILON * largest;
  // Rows as short as the rounding errors of the longest: their directions mean nothing.
  const noise = largest * (y.length * Number.EPSILON) ** 2;
  let rotated = true;
  for (let sweep = 0; rotated && sweep < maxSweeps; sweep++) {
    rotated = false;
    for (let i = 0; i < y.length; i++) {
      for (let j = i + 1; j < y.length; j++) {
        if (squares[i] <= noise || squares[j] <= noise) continue;
        const allowed = orthogonal * Math.sqrt(squares[i] * squares[j]);
        if (roundingOfProducts <= allowed) continue;
        const product = dot(y[i], y[j]);
        if (Math.abs(product) <= allowed) continue;
        const { cosine, sine } = jacobiRotation(squares[i], squares[j], product);
        rotate(y[i], y[j], cosine, sine);
        rotate(w[i], w[j], cosine, sine);
        squares[i] = dot(y[i], y[i]);
        squares[j] = dot(y[j], y[j]);
        rotated = true;
      }
    }
  }
}

/** The smaller of the two angles that make two rows orthogonal, from their inner products (Golub & Van Loan §8.5.2). */
function jacobiRotation(squareA: number, squareB: number, product: number): { cosine: number; sine: number } {
  const tau = (squareB - squareA) / (2 * product);
  const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(1, tau));
  const cosine = 1 / Math.hypot(1, tangent);
  return { cosine, sine: tangent * cosine };
}

/**
 * Replaces the rows of zeros among orthonormal rows (r, n), r ≤ n, by unit rows orthogonal to all others. In place.
 * Gram–Schmidt on coordinate vectors, twice, since once loses digits (Giraud et al. 2005, Numer. Math. 101, 87–100).
 */
export function completeOrthonormal(rows: Rows): void {
  const length = rows[0].length;
  let coordinate = 0;
  const zeros = rows.filter((row) => row.every((value) => value === 0));
  for (const row of zeros) while (!fillWithOrthogonal(row, coordinate++ % length, rows));
}

/**
 * Sets `row` to the normalised part of a coordinate vector orthogonal to all rows. False if too little is left of it:
 * while the rows do not span everything, some coordinate vector keeps at least 1/√n of its length.
 */
function fillWithOrthogonal(row: Float64Array, coordinate: number, rows: Rows): boolean {
  const rest = new Float64Array(row.length);
  rest[coordinate] = 1;
  for (const other of [...rows, ...rows]) addScaled(rest, -dot(other, rest), other);
  const norm = Math.sqrt(dot(rest, rest));
  if (norm < 0.5 / Math.sqrt(row.length)) return false;
  addScaled(row, 1 / norm, rest);
  return true;
}
