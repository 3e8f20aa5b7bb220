/**
 * Probability of exactly `count` successes in `total` independent trials.
 * @param chance of one success, above 0 and below 1.
 */
export function binomialProbability(count: number, total: number, chance: number): number {
  // Logarithms, because the powers vanish for many trials.
  let log = count * Math.log(chance) + (total - count) * Math.log1p(-chance);
  for (let i = 1; i <= count; i++) log += Math.log((total - count + i) / i);
  return Math.exp(log);
}
