/** From `low` to `high`. */
export type Interval = Record<"low" | "high", number>;

/** 97.5 % point of the normal distribution. */
const z = 1.959963984540054;

/** 95 % interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22, 209–212). @param correct of `total` > 0 trials. */
export function wilsonInterval(correct: number, total: number): Interval {
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
