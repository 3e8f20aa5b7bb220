import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { UserError } from "../errors";
import { completeOrthonormal } from "./jacobi";
import { addScaled, dot, type Rows, timesTransposed } from "./rows";

/** Leading eigenvectors of a symmetric matrix (n, n). */
export interface Leading {
  /** `rank` orthonormal rows of length n, by descending eigenvalue. */
  vectors: Rows;
  /** Their eigenvalues, descending, none negative. */
  values: Float64Array;
}

/** Sweeps of subspace iteration at most. */
const maxSweeps = 30;

/** Relative change of the eigenvalues' sum below which the iteration ends. */
const settled = 1e-9;

/**
 * The eigenvectors of the largest eigenvalues of a symmetric positive semidefinite matrix, of deficient rank too.
 * Without a start from the full decomposition. With one by orthogonal iteration (Golub & Van Loan, Matrix
 * Computations, 4th ed., §8.2.4) until the sum of the eigenvalues changes by less than 1e-9 of itself, 30 sweeps at most,
 * and Rayleigh–Ritz in the end. That is for a start from the vectors of a similar matrix, and for ranks up to a quarter
 * of n: beyond, or where eigenvalues fall slowly past the rank, the full decomposition takes less time. Directions that
 * the start lacks altogether are not found.
 * @param symmetric (n, n).
 * @param rank whole number from 1 to n.
 * @param start `rank` rows of length n or more, of any lengths and angles; more rows settle sooner.
 * @throws UserError if the rank is out of range or the matrix holds NaN or infinity.
 */
export function leadingEigenvectors(symmetric: Rows, rank: number, start?: Rows): Leading {
  check(symmetric, rank, start);
  const scale = scaleOf(symmetric);
  const scaled = symmetric.map((row) => row.map((value) => value / scale));
  const { vectors, values } = start ? iterate(scaled, start) : decompose(scaled);
  return { vectors: vectors.slice(0, rank), values: values.slice(0, rank).map((value) => scale * Math.max(value, 0)) };
}

/** Power of two near the largest magnitude: dividing by it is exact and keeps squares within the range of doubles. */
function scaleOf(symmetric: Rows): number {
  const largest = symmetric.reduce((most, row) => row.reduce((max, value) => Math.max(max, Math.abs(value)), most), 0);
  return largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
}

function check(symmetric: Rows, rank: number, start?: Rows): void {
  const n = symmetric.length;
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= n))
    throw new UserError(`no ${rank} eigenvectors of a ${n} × ${n} matrix: choose a whole number from 1 to ${n}`);
  const row = symmetric.findIndex((numbers) => !numbers.every(Number.isFinite));
  if (row >= 0)
    throw new UserError(`no eigenvectors: the matrix holds NaN or infinity in row ${row}, check where it comes from`);
  if (start && !(start.length >= rank && start.length <= n))
    throw new Error(`${start.length} rows to start from for ${rank} eigenvectors of a ${n} × ${n} matrix`);
}

/** All eigenvectors, as rows. */
function decompose(symmetric: Rows): Leading {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(symmetric), {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()].sort((i, j) => realEigenvalues[j] - realEigenvalues[i]);
  return {
    vectors: order.map((i) => Float64Array.from(eigenvectorMatrix.getColumn(i))),
    values: Float64Array.from(order, (i) => realEigenvalues[i]),
  };
}

/** Orthogonal iteration. @returns as many vectors as the start has. */
function iterate(symmetric: Rows, start: Rows): Leading {
  let basis = orthonormalized(start);
  let before = Number.NaN;
  for (let sweep = 1; ; sweep++) {
    const image = timesTransposed(basis, symmetric);
    // The trace: the sum of the Ritz values, which needs none of them.
    const sum = basis.reduce((total, row, i) => total + dot(row, image[i]), 0);
    if (Math.abs(sum - before) <= settled * Math.abs(sum) || sweep === maxSweeps) return rayleighRitz(basis, image);
    before = sum;
    basis = orthonormalized(image);
  }
}

/** The best approximations of eigenvectors that an orthonormal basis Q (r, n) spans, given Q A: Q's rows mixed. */
function rayleighRitz(basis: Rows, image: Rows): Leading {
  const { vectors: mixing, values } = decompose(symmetrized(timesTransposed(image, basis)));
  return { vectors: mixed(mixing, basis), values };
}

/** Rounding leaves the two halves of a product that should be symmetric slightly different. */
function symmetrized(square: Rows): Rows {
  return square.map((row, i) => row.map((value, j) => (value + square[j][i]) / 2));
}

/** Sums of `rows` (r, n) weighted by each row of `weights` (any, r). */
function mixed(weights: Rows, rows: Rows): Rows {
  return weights.map((row) => {
    const sum = new Float64Array(rows[0].length);
    row.forEach((weight, k) => {
      addScaled(sum, weight, rows[k]);
    });
    return sum;
  });
}

/**
 * Orthonormal rows (r, n) whose first k span what the first k given ones span, for every k; those that depend on
 * earlier ones give way to others. Modified Gram–Schmidt, twice where a row lost half of its length, and digits with it
 * (Giraud et al. 2005, Numer. Math. 101, 87–100).
 */
function orthonormalized(rows: Rows): Rows {
  const lengths = rows.map(lengthOf);
  const nothing = Math.max(...lengths) * rows[0].length * Number.EPSILON;
  const done: Rows = [];
  rows.forEach((row, i) => {
    const rest = new Float64Array(row.length);
    if (lengths[i] > nothing) addScaled(rest, 1 / lengths[i], row);
    if (makeOrthogonal(rest, done) < 0.5) makeOrthogonal(rest, done);
    done.push(rest);
  });
  completeOrthonormal(done);
  return done;
}

/**
 * Takes from a unit row what orthonormal ones span and makes it a unit again, or zeros if only rounding errors are
 * left. Returns the length that was left.
 */
function makeOrthogonal(row: Float64Array, others: Rows): number {
  for (const other of others) addScaled(row, -dot(other, row), other);
  const length = lengthOf(row);
  const factor = length > row.length * Number.EPSILON ? 1 / length : 0;
  for (let k = 0; k < row.length; k++) row[k] *= factor;
  return length;
}

function lengthOf(row: Float64Array): number {
  return Math.sqrt(dot(row, row));
}
