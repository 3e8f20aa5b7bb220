import { preprocess } from "../assets/images/preprocess";
import type { SettledClaim } from "../claims/claims";
import { settleClaims } from "../claims/settle";
import type { AccuracySample } from "../display/accuracy";
import { withHead, type Head } from "../network/head";
import { type Network, parameterCount } from "../network/network";
import { quantile } from "../statistics/summary";
import { type Accuracy, logitsOf } from "../training/evaluate";
import { scoreHeads } from "./headRuns";
import type { Chapter } from "./open";
import type { LabelledFeatures } from "../engines/features";
import type { HeadTask } from "./protocol";

/** The three heads of the report: uncompressed, k = 5, k = 2. */
export type HeadName = "base" | "keep50" | "keep20";
export const headNames: HeadName[] = ["base", "keep50", "keep20"];
export const keepOf: Record<HeadName, number> = { base: 1, keep50: 0.5, keep20: 0.2 };

/** Parameters of the whole network and accuracies over the seeds, a head. */
export interface HeadsEvidence {
  parameters: Record<HeadName, number>;
  accuracies: Record<HeadName, Accuracy[]>;
}

/** One number for each of the three heads. */
export type PerHead<T> = Record<HeadName, T>;

/** How the report calls its three models, and what it printed for them in table 3-1. */
export const headTitles: PerHead<string> = { base: "base", keep50: "keep 0.5 (k = 5)", keep20: "keep 0.2 (k = 2)" };
const reportedAccuracy: PerHead<string> = {
  base: "50.78 % (260/512)",
  keep50: "36.72 % (188/512)",
  keep20: "17.58 % (90/512)",
};

/** Accuracies of chapter 3 in per cent, as printed. */
export const reportedBeforeRecovery: PerHead<number> = { base: 50.78, keep50: 36.72, keep20: 17.58 };

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

/** Builds a record over the three heads. */
export function perHead<T>(make: (head: HeadName) => T): PerHead<T> {
  return Object.fromEntries(headNames.map((head) => [head, make(head)])) as PerHead<T>;
}

/** Parameters of the whole network with each kind of head, and the accuracy of every seed's head. */
export function headsEvidence(network: Network, test: LabelledFeatures, heads: PerHead<Head[]>): HeadsEvidence {
  return {
    parameters: perHead((head) => parameterCount(withHead(network, heads[head][0]))),
    accuracies: perHead((head) => scoreHeads(heads[head], test)),
  };
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

/** Rows of table 3-1. */
export function table31({ parameters, accuracies }: HeadsEvidence) {
  return headNames.map((head) => ({
    model: headTitles[head],
    parameters: parameters[head],
    "top-1, seed 0": accuracyText(accuracies[head][0]),
    [`median of ${accuracies[head].length} seeds (central 95 %)`]: seedText(accuracies[head]),
    "report's table 3-1": reportedAccuracy[head],
  }));
}

/** What the cut costs on the assets in use, and what it saves, in two sentences. */
export function costOfTheCut({ parameters, accuracies }: HeadsEvidence): string {
  const mean = perHead(
    (head) => (100 * accuracies[head].reduce((sum, { share }) => sum + share, 0)) / accuracies[head].length,
  );
  const [first, second] = [mean.base - mean.keep50, mean.base - mean.keep20];
  const change = (points: number) =>
    points >= 0 ? `costs ${points.toFixed(2)} points` : `gains ${(-points).toFixed(2)} points`;
  const saved = (head: HeadName) => (parameters.base - parameters[head]).toLocaleString("en-US");
  return `Over ${accuracies.base.length} seeds the base head reaches ${mean.base.toFixed(2)} % on average; the cut to rank 5 ${change(first)}, the cut to rank 2 ${change(second)}. Of ${parameters.base.toLocaleString("en-US")} parameters the cuts save ${saved("keep50")} and ${saved("keep20")}.`;
}

/**
 * Runs 64 test images through the whole network with the factorized head, and compares with the cached features' logits.
 * @throws Error if any logit differs by more than 10⁻³.
 */
export async function checkHeadInNetwork(chapter: Chapter, task: HeadTask, head: Head): Promise<string> {
  const count = 64;
  const session = await chapter.engine.open(withHead(chapter.network, head));
  const whole = await session.run(preprocess(chapter.assets.images.test, 0, count));
  await session.close();
  const cached = logitsOf(head, task.test.features);
  const gap = whole.data.reduce((worst, logit, i) => Math.max(worst, Math.abs(logit - cached.data[i])), 0);
  if (!(gap <= 1e-3)) throw new Error(`the network's logits differ from the head's by ${gap}`);
  return `Yes: over ${count} images no logit differs by more than 10⁻³.`;
}

/** Settles the claims of chapter 3 and writes them for the conclusion. */
export function settleChapter3(chapter: Chapter, evidence: HeadsEvidence): Promise<SettledClaim[]> {
  const models = headNames.map((head) => ({
    keep: keepOf[head],
    parameters: evidence.parameters[head],
    accuracies: evidence.accuracies[head],
  }));
  return settleClaims({ ...chapter, number: 3 }, { models });
}
