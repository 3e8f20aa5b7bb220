import type { Matrix } from "ml-matrix";
import { UserError } from "../core/errors";
import { singularValues } from "./svd";

/** The singular values of a matrix and the share of variance each explains (report's chapter 2). */
export interface Spectrum {
  rows: number;
  columns: number;
  /** σ, r = min(rows, columns) values, descending. */
  singularValues: Float64Array;
  /** σᵢ² / Σσ², r values. */
  explained: Float64Array;
  /** Running sum of `explained`, r values; the last is 1. */
  cumulative: Float64Array;
}

/** The spectrum of a matrix. @throws UserError if the matrix is empty or holds NaN or infinity. */
export function spectrumOf(matrix: Matrix): Spectrum {
  return fromSingularValues(matrix.rows, matrix.columns, singularValues(matrix));
}

/**
 * The spectrum of a (rows, columns) matrix whose singular values are known.
 * A matrix of zeros has no variance to explain: each of its components explains 0, and all of it is explained (1).
 * @throws UserError unless they are min(rows, columns) numbers, descending and none negative.
 */
export function fromSingularValues(rows: number, columns: number, values: ArrayLike<number>): Spectrum {
  const sigma = Float64Array.from(values);
  const descending = sigma.every((value, i) => value <= (i === 0 ? Number.MAX_VALUE : sigma[i - 1]) && value >= 0);
  const count = Math.min(rows, columns);
  if (sigma.length !== count || !descending)
    throw new UserError(
      `a (${rows}, ${columns}) matrix has ${count} singular values in descending order, not these ${sigma.length}`,
    );
  // Relative to σ₁, so that squares neither overflow nor vanish.
  const squares = sigma.map((value) => (value / (sigma[0] || 1)) ** 2);
  let sum = 0;
  const sums = squares.map((square) => (sum += square));
  return {
    rows,
    columns,
    singularValues: sigma,
    explained: squares.map((square) => square / (sum || 1)),
    cumulative: sums.map((partial) => (sum === 0 ? 1 : partial / sum)),
  };
}

/**
 * The smallest k whose first k components explain at least the share `threshold` of the variance; k95 at 0.95.
 * Shares that differ by no more than the sum's rounding, r ε, count as equal.
 * @throws UserError unless 0 < threshold ≤ 1.
 */
export function rankForVariance({ cumulative }: Spectrum, threshold: number): number {
  if (!(threshold > 0 && threshold <= 1))
    throw new UserError(`${threshold} is no share of the variance: give a number above 0 and up to 1, such as 0.95`);
  return cumulative.findIndex((share) => share >= threshold - cumulative.length * Number.EPSILON) + 1;
}

/** σ₁ / σᵣ; infinity if the matrix has not full rank. */
export function conditionNumber({ singularValues }: Spectrum): number {
  const smallest = singularValues[singularValues.length - 1];
  return smallest === 0 ? Number.POSITIVE_INFINITY : singularValues[0] / smallest;
}

/** Σσ² / σ₁² (Rudelson & Vershynin 2007, J. ACM 54(4)): at most the rank, and blind to tiny σ. 0 for zeros. */
export function stableRank({ explained }: Spectrum): number {
  return explained[0] === 0 ? 0 : 1 / explained[0];
}

/** exp of the entropy of σᵢ / Σσ (Roy & Vetterli 2007, EUSIPCO, definition 1): r for a flat spectrum. 0 for zeros. */
export function effectiveRank({ singularValues }: Spectrum): number {
  const largest = singularValues[0];
  if (largest === 0) return 0;
  const total = singularValues.reduce((sum, value) => sum + value / largest, 0);
  const shares = singularValues.map((value) => value / largest / total).filter((share) => share > 0);
  return Math.exp(-shares.reduce((sum, share) => sum + share * Math.log(share), 0));
}

/**
 * ‖W − W_k‖ / ‖W‖ in the Frobenius norm, of the best approximation of rank k (Eckart & Young 1936): √(Σ_{i>k} σᵢ² / Σσ²).
 * @throws UserError unless k is an integer from 0 to r.
 */
export function truncationError({ explained }: Spectrum, k: number): number {
  if (!Number.isInteger(k) || k < 0 || k > explained.length)
    throw new UserError(`no approximation of rank ${k}: give an integer from 0 to ${explained.length}`);
  // From the smallest on, so that the tail keeps its digits.
  return Math.sqrt(explained.slice(k).reduceRight((sum, share) => sum + share, 0));
}
