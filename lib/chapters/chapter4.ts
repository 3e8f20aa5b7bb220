import type { SettledClaim } from "../claims/claims";
import { latencyChange } from "../claims/latency";
import type { PrintedReading, RecoveryMeans } from "../claims/recovery";
import { settleClaims } from "../claims/settle";
import { timeInTurn } from "../engines/time";
import { withHead, type Head } from "../network/head";
import { type Network, parameterCount } from "../network/network";
import { progress } from "../display/progress";
import type { Timing } from "../engines/time";
import type { Accuracy } from "../training/evaluate";
import { accuracyText, type HeadName, headNames, headTitles, keepOf, type PerHead, seedText } from "./chapter3";
import { scoreHeads } from "./headRuns";
import type { Chapter } from "./open";
import type { LabelledFeatures } from "../engines/features";
import { protocol } from "./protocol";

const reported: PerHead<string> = {
  base: "50.78 %, 1830.28 ms",
  keep50: "8.01 %, 1854.57 ms",
  keep20: "9.57 %, 1821.80 ms",
};

/** Accuracies of chapter 4 in per cent, as printed. */
export const reportedAfterRecovery: PerHead<number> = { base: 50.78, keep50: 8.01, keep20: 9.57 };

/** Times the three networks in turn by the report's protocol: 10 warm-up rounds, then 50. */
export async function timeHeads(chapter: Chapter, heads: PerHead<Head>): Promise<PerHead<Timing>> {
  const networks = Object.fromEntries(headNames.map((name) => [name, withHead(chapter.network, heads[name])]));
  const [warmUps, runs] = [10, 50];
  const bar = progress("three networks in turn, rounds", warmUps + runs);
  const timings = await timeInTurn(networks, chapter.engine, {
    shape: [protocol.batchSize, ...protocol.imageShape],
    warmUps,
    runs,
    onProgress: bar.update,
  });
  bar.end();
  return Object.fromEntries(timings.map((timing) => [timing.name, timing])) as PerHead<Timing>;
}

/** Rows of table 4-1. */
export function table41(
  network: Network,
  heads: PerHead<Head>,
  accuracies: PerHead<Accuracy[]>,
  timings: PerHead<Timing>,
) {
  return headNames.map((head) => ({
    model: headTitles[head],
    parameters: parameterCount(withHead(network, heads[head])),
    "top-1, seed 0": accuracyText(accuracies[head][0]),
    [`median of ${accuracies[head].length} seeds (central 95 %)`]: seedText(accuracies[head]),
    "mean ms": timings[head].mean.toFixed(2),
    "median ms": timings[head].median.toFixed(2),
    "IQR ms": timings[head].spread.toFixed(2),
    "report's table 4-1": reported[head],
  }));
}

/** What the timings say about claim (a), in one sentence. */
export function timingFinding(timings: PerHead<Timing>): string {
  const { ratios, scatter, verdict } = latencyChange(timings.base, [timings.keep50, timings.keep20]);
  const [first, second] = ratios.map((ratio) => ratio.toFixed(3));
  const reading = {
    same: "compressing the head alone leaves the latency as it was, as the report says",
    changed: "the latency changed by more than 5 %, unlike in the report: repeat the cell before believing it",
    "too busy": `the machine was too busy to tell, since the runs scatter by up to ${(100 * scatter).toFixed(0)} % (interquartile range over median)`,
  };
  return `The compressed networks take ${first} × and ${second} × the base's median time: ${reading[verdict]}.`;
}

/** Compares each compressed head before and after recovery with the base head; states what it finds, not what was expected. */
export function recoveryFinding(
  cut: Record<"keep50" | "keep20", Head[]>,
  accuracies: PerHead<Accuracy[]>,
  test: LabelledFeatures,
): string {
  const mean = (sample: Accuracy[]) => (100 * sample.reduce((sum, { share }) => sum + share, 0)) / sample.length;
  const base = mean(accuracies.base);
  const sentences = (["keep50", "keep20"] as HeadName[]).map((head) => {
    const before = mean(scoreHeads(cut[head as "keep50" | "keep20"], test));
    const after = mean(accuracies[head]);
    const chance = accuracies[head].filter(({ share }) => share <= 1.5 / protocol.classes).length;
    const moved = after >= before ? "rises" : "falls";
    return `${headTitles[head]} ${moved} from ${before.toFixed(2)} % to ${after.toFixed(2)} % on average, beside ${base.toFixed(2)} % of the base head after its ${protocol.baseBatches} batches; ${chance} of ${accuracies[head].length} seeds end near chance.`;
  });
  return sentences.join(" ");
}

/** All that chapter 4 settles its claims on. */
export interface Chapter4Evidence {
  accuracies: PerHead<Accuracy[]>;
  timings: PerHead<Timing>;
  collapse: Record<"keep50" | "keep20", PrintedReading>;
  recovery: Record<"keep50" | "keep20", RecoveryMeans>;
}

/** Settles the claims of chapter 4 and writes them for the conclusion. */
export function settleChapter4(chapter: Chapter, evidence: Chapter4Evidence): Promise<SettledClaim[]> {
  const { accuracies, timings, collapse, recovery } = evidence;
  const models = headNames.map((head) => ({
    keep: keepOf[head],
    accuracies: accuracies[head],
    timing: timings[head],
  }));
  const means = (["keep50", "keep20"] as const).map((head) => ({ keep: keepOf[head], ...recovery[head] }));
  return settleClaims({ ...chapter, number: 4 }, { models, printed: Object.values(collapse), recovery: means });
}
