import { type Interval, wilsonInterval } from "./proportion";

/** How two classifiers did on the same images. */
export type PairedCounts = Record<"bothRight" | "onlyFirst" | "onlySecond" | "neither", number>;

/** Share that the first got right less that of the second, with a 95 % interval. */
export interface PairedDifference extends Interval {
  difference: number;
}

/** Counts which of two classifiers was right. @param first classes given by one, second by the other, to the same images. */
export function pairedCounts(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: ArrayLike<number>,
): PairedCounts {
  if (first.length !== labels.length || second.length !== labels.length)
    throw new Error(`${first.length} and ${second.length} predictions for ${labels.length} images`);
  const counts = { bothRight: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  for (let i = 0; i < labels.length; i++) {
    const [a, b] = [first[i] === labels[i], second[i] === labels[i]];
    counts[a ? (b ? "bothRight" : "onlyFirst") : b ? "onlySecond" : "neither"]++;
  }
  return counts;
}

/**
 * Difference of two accuracies on the same images, 95 % interval: Newcombe 1998, Stat. Med. 17, 2635–2650, method 10.
 * Wilson's intervals of both shares, joined as their correlation asks; it stays within −1 … 1 and is sound for few
 * discordant images, where the usual normal interval is too narrow.
 * @throws Error if there are no images.
 */
export function pairedDifference(counts: PairedCounts): PairedDifference {
  const { bothRight, onlyFirst, onlySecond, neither } = counts;
  const total = bothRight + onlyFirst + onlySecond + neither;
  if (total === 0) throw new Error("no images to compare two classifiers on");
  const correlation = correctedPhi(counts, total);
  // Third side of the triangle with these two sides, the cosine between them the correlation.
  const joined = (a: number, b: number) => Math.sqrt(Math.max(0, a ** 2 - 2 * correlation * a * b + b ** 2));
  const [first, second] = [onlyFirst, onlySecond].map((only) => (bothRight + only) / total);
  const [ofFirst, ofSecond] = [onlyFirst, onlySecond].map((only) => wilsonInterval(bothRight + only, total));
  const difference = (onlyFirst - onlySecond) / total;
  return {
    difference,
    low: difference - joined(first - ofFirst.low, ofSecond.high - second),
    high: difference + joined(ofFirst.high - first, second - ofSecond.low),
  };
}

/** φ of the fourfold table with the continuity correction that makes it method 10; 0 where a margin is empty. */
function correctedPhi({ bothRight, onlyFirst, onlySecond, neither }: PairedCounts, total: number): number {
  const margins = (bothRight + onlyFirst) * (onlySecond + neither) * (bothRight + onlySecond) * (onlyFirst + neither);
  if (margins === 0) return 0;
  const determinant = bothRight * neither - onlyFirst * onlySecond;
  const corrected = determinant > 0 ? Math.max(0, determinant - total / 2) : determinant;
  return corrected / Math.sqrt(margins);
}
