import { Random } from "../core/random";
import type { Interval } from "./proportion";
import { centralInterval } from "./summary";

/**
 * 95 % bootstrap percentile interval of a statistic (Efron & Tibshirani 1993, An Introduction to the Bootstrap, §13.3):
 * the middle 95 % of its values over samples drawn from the sample with replacement.
 * @param seed the same seed gives the same interval.
 */
export function bootstrapInterval(
  sample: ArrayLike<number>,
  statistic: (sample: Float64Array) => number,
  seed: number,
  resamples = 2000,
): Interval {
  const random = new Random(seed);
  const drawn = new Float64Array(sample.length);
  const values = Array.from({ length: resamples }, () => {
    for (let i = 0; i < drawn.length; i++) drawn[i] = sample[random.integer(sample.length)];
    return statistic(drawn);
  });
  return centralInterval(values);
}
