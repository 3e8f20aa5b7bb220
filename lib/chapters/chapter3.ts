import type { AccuracySample } from "../display/accuracy";
import { quantile } from "../statistics/summary";
import type { Accuracy } from "../training/evaluate";

/** The three heads of the report: uncompressed, k = 5, k = 2. */
export type HeadName = "base" | "keep50" | "keep20";
export const headNames: HeadName[] = ["base", "keep50", "keep20"];
export const keepOf: Record<HeadName, number> = { base: 1, keep50: 0.5, keep20: 0.2 };

/** One number for each of the three heads. */
export type PerHead<T> = Record<HeadName, T>;

/** How the report calls its three models. */
export const headTitles: PerHead<string> = { base: "base", keep50: "keep 0.5 (k = 5)", keep20: "keep 0.2 (k = 2)" };
const compression: PerHead<number> = { base: 0, keep50: 50, keep20: 80 };

/** The seeds' accuracies in the form that the figures take, beside the report's. */
export function accuracySamples(accuracies: PerHead<Accuracy[]>, reported: PerHead<number>): AccuracySample[] {
  return headNames.map((head) => ({
    name: headTitles[head],
    compression: compression[head],
    sample: accuracies[head].map(({ share }) => 100 * share),
    reported: reported[head],
  }));
}

/** "50.78 % (260/512), Wilson 46.5 to 55.1": one measured accuracy in words. */
export function accuracyText({ correct, total, share, low, high }: Accuracy): string {
  const [middle, from, to] = [share, low, high].map((value) => (100 * value).toFixed(2));
  return `${middle} % (${correct}/${total}), 95 % interval ${from} to ${to}`;
}

/** Median and central 95 % of the seeds, in per cent. */
export function seedText(accuracies: Accuracy[]): string {
  const sample = accuracies.map(({ share }) => 100 * share);
  const [low, middle, high] = [0.025, 0.5, 0.975].map((q) => quantile(sample, q).toFixed(2));
  return `${middle} % (${low} to ${high})`;
}
