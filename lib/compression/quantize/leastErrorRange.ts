import { type Grid, gridOf, mostUint8, type Range } from "./grid";

const bins = 4096;

/** Shares of the full range that are tried for either end. */
const shares = Array.from({ length: 91 }, (_, i) => 1 - i / 100);

/** How often both ends are tried in turn. */
const turns = 2;

/**
 * The range whose uint8 grid holds values with the least squared error: a narrower one clips the outermost values, and
 * rounds all others to finer steps.
 * @returns within the values' own range; { low: 0, high: 0 } if all are 0.
 */
export function leastErrorRange(values: Float32Array): Range {
  const full = { low: 0, high: 0 };
  for (const value of values) {
    if (value < full.low) full.low = value;
    else if (value > full.high) full.high = value;
  }
  const counts = histogram(values, full);
  let best = full;
  for (let turn = 0; turn < turns; turn++) {
    if (full.high > 0)
      best = leastOf(
        shares.map((share) => ({ ...best, high: share * full.high })),
        full,
        counts,
      );
    if (full.low < 0)
      best = leastOf(
        shares.map((share) => ({ ...best, low: share * full.low })),
        full,
        counts,
      );
    else break;
  }
  return best;
}

/** How many values lie in each part of the range. Zeros do not count: every grid holds them. */
function histogram(values: Float32Array, { low, high }: Range): Float64Array {
  const counts = new Float64Array(bins);
  const perUnit = high > low ? bins / (high - low) : 0;
  for (const value of values) if (value !== 0) counts[Math.min(bins - 1, Math.floor((value - low) * perUnit))]++;
  return counts;
}

function leastOf(candidates: readonly Range[], full: Range, counts: Float64Array): Range {
  const errors = candidates.map((candidate) => squaredError(gridOf(candidate), full, counts));
  return candidates[errors.indexOf(Math.min(...errors))];
}

/** Of the values, each taken to lie in the middle of its part. */
function squaredError({ scale, zeroPoint }: Grid, { low, high }: Range, counts: Float64Array): number {
  const width = (high - low) / bins;
  let sum = 0;
  for (let bin = 0; bin < bins; bin++) {
    if (counts[bin] === 0) continue;
    const value = low + (bin + 0.5) * width;
    const whole = Math.min(mostUint8 - zeroPoint, Math.max(-zeroPoint, Math.round(value / scale)));
    sum += counts[bin] * (value - scale * whole) ** 2;
  }
  return sum;
}
