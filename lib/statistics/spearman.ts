import { UserError } from "../core/errors";
import { bootstrapInterval } from "./bootstrap";
import type { Interval } from "./proportion";
import { mean } from "./summary";

/**
 * Spearman's rank correlation ρ (1904), equal values sharing the mean of their ranks. NaN if all x or all y are equal.
 * @throws UserError unless there are as many x as y, and at least three.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length || x.length < 3)
    throw new UserError(`no rank correlation of ${x.length} with ${y.length} values: give three pairs or more`);
  return correlation(ranks(x), ranks(y));
}

/**
 * Spearman's ρ with its 95 % bootstrap interval over the pairs. Where all x or all y are equal there is no order to agree with: 0.
 * @throws UserError unless there are as many x as y, and at least three.
 */
export function spearmanInterval(x: ArrayLike<number>, y: ArrayLike<number>): Interval & { rho: number } {
  const rhoOf = (chosen: Float64Array) => {
    const [ofX, ofY] = [x, y].map((values) => chosen.map((i) => values[i]));
    return spearman(ofX, ofY) || 0;
  };
  const all = Float64Array.from({ length: x.length }, (_, i) => i);
  return { rho: rhoOf(all), ...bootstrapInterval(all, rhoOf, 0) };
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
