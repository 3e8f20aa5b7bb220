/** From `low` to `high`. */
export interface Interval {
  low: number;
  high: number;
}

/** 97.5 % point of the normal distribution. */
const normal95 = 1.959963984540054;

/**
 * Interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22, 209–212), 95 % unless told.
 * @param correct successes among `total` > 0 trials.
 * @param z point of the normal distribution that leaves half of the rest above.
 */
export function wilsonInterval(correct: number, total: number, z = normal95): Interval {
  const share = correct / total;
  const middle = share + z ** 2 / (2 * total);
  const half = z * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  const shrink = 1 + z ** 2 / total;
  // At the ends the exact bounds, which rounding would miss.
  return {
    low: correct === 0 ? 0 : (middle - half) / shrink,
    high: correct === total ? 1 : (middle + half) / shrink,
  };
}
