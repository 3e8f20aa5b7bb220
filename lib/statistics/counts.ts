import { range } from "../core/tensor";

/** Probability of `count` successes in `total` independent trials. @param chance of one success, above 0 and below 1. */
export function binomialProbability(count: number, total: number, chance: number): number {
  // Logarithms, because the powers vanish for many trials.
  let log = count * Math.log(chance) + (total - count) * Math.log1p(-chance);
  for (let i = 1; i <= count; i++) log += Math.log((total - count + i) / i);
  return Math.exp(log);
}

/**
 * The count behind a printed percentage: the only one of `total` that rounds to it.
 * @param percent as printed, with two decimals.
 * @returns undefined if no count rounds to it, or several do.
 */
export function countBehind(percent: number, total: number): number | undefined {
  const fits = (count: number) => ((100 * count) / total).toFixed(2) === percent.toFixed(2);
  const fitting = range(total + 1).filter(fits);
  return fitting.length === 1 ? fitting[0] : undefined;
}
