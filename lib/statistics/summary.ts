import { UserError } from "../core/errors";
import type { Interval } from "./proportion";
import { studentTQuantile } from "./studentT";

type Sample = ArrayLike<number>;

/** Arithmetic mean. @throws UserError if the sample is empty. */
export function mean(sample: Sample): number {
  return sum(checked(sample)) / sample.length;
}

/** Standard deviation of a sample, divisor n − 1. @throws UserError for fewer than two values. */
export function standardDeviation(sample: Sample): number {
  const middle = mean(checked(sample, 2));
  return Math.sqrt(sum(Array.from(sample, (value) => (value - middle) ** 2)) / (sample.length - 1));
}

/**
 * The value below which a share q of the sample lies, by linear interpolation (NumPy's; type 7 of Hyndman & Fan 1996).
 * @throws UserError if the sample is empty or q is outside [0, 1].
 */
export function quantile(sample: Sample, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new UserError(`no quantile ${q}: give a number from 0 to 1`);
  const sorted = Float64Array.from(checked(sample)).sort();
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return above === below ? sorted[below] : (above - position) * sorted[below] + (position - below) * sorted[above];
}

/** Middle value, or the mean of the two middle ones. @throws UserError if the sample is empty. */
export function median(sample: Sample): number {
  return quantile(sample, 0.5);
}

/** 95 % interval of the mean by Student's t (1908). @throws UserError for fewer than two values. */
export function meanInterval(sample: Sample): Interval {
  const standardError = standardDeviation(sample) / Math.sqrt(sample.length);
  const half = studentTQuantile(sample.length - 1) * standardError;
  return { low: mean(sample) - half, high: mean(sample) + half };
}

/** The middle 95 % of a sample: its quantiles at 0.025 and 0.975. @throws UserError if it is empty. */
export function centralInterval(sample: Sample): Interval {
  return { low: quantile(sample, 0.025), high: quantile(sample, 0.975) };
}

function sum(values: Sample): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

function checked(sample: Sample, least = 1): Sample {
  if (sample.length >= least) return sample;
  throw new UserError(`a sample of ${sample.length} values is too small: at least ${least} needed`);
}
