import { UserError } from "../core/errors";
import { mean } from "./summary";
import { studentTWithin } from "./studentT";

/** Rank correlation and the two-sided probability of one at least as strong among unrelated values. */
export interface Spearman {
  rho: number;
  /** By Student's t with n − 2 degrees of freedom, as SciPy: rough below ten pairs. */
  pValue: number;
}

/**
 * Spearman's rank correlation (1904), equal values sharing the mean of their ranks. NaN if all x or all y are equal.
 * @throws UserError unless there are as many x as y, and at least three.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): Spearman {
  if (x.length !== y.length || x.length < 3) {
    throw new UserError(`no rank correlation of ${x.length} with ${y.length} values: give three pairs or more`);
  }
  const rho = correlation(ranks(x), ranks(y));
  const degrees = x.length - 2;
  const t = Math.abs(rho) * Math.sqrt(degrees / ((1 + rho) * (1 - rho)));
  return { rho, pValue: 1 - studentTWithin(t, degrees) };
}

/** Ranks from 1, equal values sharing the mean of theirs. */
function ranks(values: ArrayLike<number>): number[] {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const result = new Array<number>(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) result[order[k]] = (from + 1 + to) / 2;
  }
  return result;
}

/** Pearson's correlation. */
function correlation(x: number[], y: number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  const products = (a: number[], meanA: number, b: number[], meanB: number) =>
    a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0);
  const rho = products(x, meanX, y, meanY) / Math.sqrt(products(x, meanX, x, meanX) * products(y, meanY, y, meanY));
  return Math.max(-1, Math.min(1, rho));
}
