import type { Matrix } from "ml-matrix";
import { UserError } from "../core/errors";
import { Random } from "../core/random";
import { range } from "../core/tensor";
import { type Eigen, eigen } from "./eigen";
import { completeOrthonormal } from "./jacobi";
import { matrixOfRows, type Product, rowsOf, scaledDown, symmetrized } from "./matrix";
import { addScaled, dot, type Rows } from "./rows";
import { choleskyFactor, invertedLower } from "./solve";

/** Sweeps of orthogonal iteration: of covariances of layers they left 1e-5 of what is lost anyway, or less. */
const sweeps = 8;

/** The same from vectors of a similar matrix. */
const sweepsFromStart = 3;

/** Share of n up to which fewer eigenvectors than all take less time than the full decomposition, where none are known. */
const mostOfAll = 0.5;

/**
 * The eigenvectors of the largest eigenvalues of a symmetric positive semidefinite matrix (n, n), of deficient rank too.
 * @param rank whole number from 1 to n.
 * @throws UserError if the rank is out of range or the matrix holds NaN or infinity.
 */
export function leadingEigenvectors(symmetric: Matrix, rank: number): Eigen {
  const { scale, scaled } = checked(symmetric, rank);
  return first(rank, eigen(scaled), scale);
}

/**
 * As leadingEigenvectors, where the span counts more than the vectors: up to half of n by orthogonal iteration (Golub &
 * Van Loan, Matrix Computations, 4th ed., §8.2.4) with a quarter more rows than asked for and Rayleigh–Ritz in the end. Nearly all
 * of it is matrix products.
 * @param start vectors of a similar matrix to begin with, of any number, lengths and angles; random ones make up for what is
 * missing. Fewer sweeps do then, whatever the rank.
 */
export async function leadingSubspace(
  symmetric: Matrix,
  rank: number,
  product: Product,
  start?: Matrix,
): Promise<Eigen> {
  const n = symmetric.rows;
  if (!start && rank > mostOfAll * n) return leadingEigenvectors(symmetric, rank);
  const { scale, scaled } = checked(symmetric, rank);
  const random = new Random(0);
  const given = start ? rowsOf(start) : [];
  const count = Math.min(n, rank + Math.max(8, Math.ceil(rank / 4)));
  const rows = range(count).map((i) => given[i] ?? Float64Array.from({ length: n }, () => random.normal()));
  const steps = start ? sweepsFromStart : sweeps;
  return first(rank, await iterate(scaled, matrixOfRows(rows), steps, product), scale);
}

function first(rank: number, { vectors, values }: Eigen, scale: number): Eigen {
  return {
    vectors: matrixOfRows(rowsOf(vectors).slice(0, rank)),
    values: values.slice(0, rank).map((value) => scale * Math.max(value, 0)),
  };
}

function checked(symmetric: Matrix, rank: number): { scale: number; scaled: Matrix } {
  const n = symmetric.rows;
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= n))
    throw new UserError(`no ${rank} eigenvectors of a ${n} × ${n} matrix: choose a whole number from 1 to ${n}`);
  return scaledDown(symmetric, "eigenvectors");
}

/** Orthogonal iteration. @returns as many vectors as the start has. */
async function iterate(symmetric: Matrix, start: Matrix, sweeps: number, product: Product): Promise<Eigen> {
  let basis = start;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const image = await product(basis, symmetric);
    basis = (await quicklyOrthonormalized(image, product)) ?? orthonormalized(image);
  }
  return rayleighRitz(orthonormalized(basis), symmetric, product);
}

/** The best approximations of eigenvectors that an orthonormal basis Q (r, n) spans: Q's rows mixed. */
async function rayleighRitz(basis: Matrix, symmetric: Matrix, product: Product): Promise<Eigen> {
  const { vectors: mixing, values } = eigen(symmetrized(await product(await product(basis, symmetric), basis)));
  return { vectors: await product(mixing, basis.transpose()), values };
}

/** Smallest of a Cholesky factor's diagonal, for rows of length 1, that leaves half of the digits. */
const leastPivot = 1e-6;

/**
 * Rows that span the same, orthonormal to about six digits, by the Cholesky factor of their inner products: matrix products
 * for the most part (Stathopoulos & Wu 2002, SIAM J. Sci. Comput. 23, 2165–2182). Nothing for rows that nearly depend on
 * each other.
 */
async function quicklyOrthonormalized(basis: Matrix, product: Product): Promise<Matrix | undefined> {
  const rows = rowsOf(basis);
  const lengths = rows.map(lengthOf);
  if (lengths.includes(0)) return undefined;
  const units = matrixOfRows(rows.map((row, i) => row.map((value) => value / lengths[i])));
  try {
    const factor = choleskyFactor(await product(units, units));
    if (rowsOf(factor).some((row, i) => row[i] < leastPivot)) return undefined;
    return await product(invertedLower(factor), units.transpose());
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * Orthonormal rows (r, n) whose first k span what the first k given ones span, for every k; those that depend on
 * earlier ones give way to others. Modified Gram–Schmidt, twice where a row lost half of its length, and digits with it
 * (Giraud et al. 2005, Numer. Math. 101, 87–100).
 */
function orthonormalized(basis: Matrix): Matrix {
  const rows = rowsOf(basis);
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
  return matrixOfRows(done);
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

const lengthOf = (row: Float64Array) => Math.sqrt(dot(row, row));
