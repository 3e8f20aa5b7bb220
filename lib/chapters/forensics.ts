import type { Assets } from "../assets/assets";
import { recordedLabels } from "../claims/recorded";
import { UserError } from "../core/errors";
import { binomialProbability } from "../statistics/binomial";
import { countBehind } from "../statistics/countBehind";

/** How often each class occurs among the images that the report scored. */
export interface ClassCounts {
  total: number;
  counts: Record<string, number>;
}

/** The class counts of the first 512 official test images, recorded. */
export function recordedClassCounts(): ClassCounts {
  return recordedLabels;
}

/**
 * Counts the classes of the first 512 official test images again where they are in use.
 * @returns a sentence that says which of the two was possible.
 * @throws UserError if the recount differs from the record.
 */
export function recount(assets: Assets, recorded: ClassCounts): string {
  const { provenance, test, classNames } = assets.images;
  if (provenance !== "official") return "The official images are not in use here: the recorded counts stand alone.";
  const counts = new Array(classNames.length).fill(0);
  for (const label of test.labels.subarray(0, recorded.total)) counts[label]++;
  if (counts.some((count, label) => count !== Object.values(recorded.counts)[label]))
    throw new UserError(`data/reference/first-test-labels.json: recorded counts differ from the images' ${counts}`);
  return "Recounted from the official images in use: the ten counts are the recorded ones.";
}

/** What a printed accuracy says of the number of correct answers. */
export interface PrintedAccuracy {
  /** Per cent, two decimals, as printed. */
  printed: number;
  /** The only count of `total` that rounds to it, or undefined. */
  correct?: number;
  /** Classes that occur exactly that often. */
  classes: string[];
  /** Probability of exactly this count for a guesser that is right one time in ten, independent of the image. */
  guessing: number;
}

/** Finds the count behind a printed percentage and the classes of exactly that size. */
export function readPrintedAccuracy(printed: number, { total, counts }: ClassCounts): PrintedAccuracy {
  const correct = countBehind(printed, total);
  const classes = Object.keys(counts).filter((name) => counts[name] === correct);
  return { printed, correct, classes, guessing: correct === undefined ? 0 : binomialProbability(correct, total, 0.1) };
}

/** Probability that a guesser's count of correct answers equals the size of any class: the luck a coincidence needs. */
export function coincidence({ total, counts }: ClassCounts): number {
  return [...new Set(Object.values(counts))].reduce((sum, count) => sum + binomialProbability(count, total, 0.1), 0);
}

/** Rows of table 4-3: each printed accuracy, the count behind it, and the classes of exactly that size. */
export function forensicRows(readings: readonly PrintedAccuracy[], { total }: ClassCounts) {
  return readings.map(({ printed, correct, classes, guessing }) => ({
    "printed %": printed,
    "correct answers": correct === undefined ? "none fits" : `${correct} of ${total}`,
    "class of exactly this size": classes.join(", ") || "none",
    "a constant answer gives it": classes.length > 0 ? "always" : "never",
    "a guesser gives it": Number(guessing.toPrecision(3)),
  }));
}

/** What the printed numbers say, from the readings. */
export function forensicFinding(readings: readonly PrintedAccuracy[], counts: ClassCounts): string {
  const single = readings.filter(({ classes }) => classes.length === 1);
  const named = single.map(({ printed, classes }) => `${printed.toFixed(2)} % is exactly the share of *${classes[0]}*`);
  const luck = coincidence(counts) ** readings.length;
  if (single.length < readings.length)
    return `${named.join(", ") || "No printed accuracy is the share of one class"}: a constant answer does not explain all of the printed numbers.`;
  return `${named.join(" and ")}, and of no other class. A head that answers this one class for every image scores this and nothing else. Honestly weighed: a head that guesses at random hits the size of some class by luck with probability ${coincidence(counts).toFixed(2)}, ${readings.length} heads with ${luck.toFixed(2)}; but such a head has learned nothing either, so on both readings the training failed, and the printed numbers say nothing about information lost by the cut.`;
}
