import type { FailedRecoveryEvidence } from "../claims/recovery";
import type { MethodResult } from "../figures/recovery";
import { progress } from "../progress";
import { cachedResult, checksumOf } from "../resultCache";
import { mcnemar } from "../statistics/mcnemar";
import { mean, meanInterval } from "../statistics/summary";
import { flatten } from "../training/curvature";
import { headLogits, predictions } from "../training/evaluate";
import type { Head } from "../training/head";
import { compressHeads } from "./headRuns";
import type { Chapter } from "./open";
import { type HeadTask, type LabelledFeatures, protocol } from "./protocol";
import { learningRates, type Recovery, recoverEveryWay, recoveryMethods } from "./recoveryMethods";

/** One answer sheet a seed: "1" for an image answered rightly, "0" for the others. */
export type AnswerSheets = string[];

/** A recovery method's answers on one set of test images. */
export interface ScoredMethod {
  id: Recovery["method"]["id"];
  title: string;
  keep: number;
  rank: number;
  learningRate?: number;
  sheets: AnswerSheets;
}

/** All methods on one set of test images, beside the uncompressed and the merely cut heads. */
export interface ScoredRecoveries {
  base: AnswerSheets;
  cut: Record<"keep50" | "keep20", AnswerSheets>;
  methods: ScoredMethod[];
}

/** The recovery experiment scored on the report's test images and on all there are. */
export interface RecoveryExperiment {
  report: ScoredRecoveries;
  all: ScoredRecoveries;
}

/** Runs every way to recover at the report's two keep ratios and scores each once; cached by content. */
export async function recoveryExperiment(
  chapter: Chapter,
  task: HeadTask,
  allTest: LabelledFeatures,
  base: readonly Head[],
  seeds: readonly number[],
): Promise<RecoveryExperiment> {
  const origin = {
    train: checksumOf(task.train.features.data),
    trainLabels: checksumOf(task.train.labels),
    test: checksumOf(allTest.features.data),
    testLabels: checksumOf(allTest.labels),
    base: base.map((head) => checksumOf(flatten(head))),
    seeds,
    learningRates,
    protocol,
    methods: recoveryMethods.map(({ id, title }) => id + title),
  };
  const bar = progress("six ways to recover, two ranks", recoveryMethods.length * protocol.keeps.length);
  const experiment = await cachedResult("recovery-1", origin, chapter, async () => {
    const recoveries = await recoverEveryWay(task, base, seeds, protocol.keeps, bar.update);
    return { report: scoreRecoveries(recoveries, base, task.test), all: scoreRecoveries(recoveries, base, allTest) };
  });
  bar.end();
  return experiment;
}

/** Scores every method, the uncompressed and the merely cut heads. */
export function scoreRecoveries(
  recoveries: readonly Recovery[],
  base: readonly Head[],
  test: LabelledFeatures,
): ScoredRecoveries {
  const sheets = (heads: readonly Head[]) => heads.map((head) => answerSheet(head, test));
  return {
    base: sheets(base),
    cut: { keep50: sheets(compressHeads(base, 0.5)), keep20: sheets(compressHeads(base, 0.2)) },
    methods: recoveries.map(({ method: { id, title }, keep, learningRate, heads }) => ({
      id,
      title,
      keep,
      rank: heads[0][0].weight.shape[0],
      learningRate,
      sheets: sheets(heads),
    })),
  };
}

function answerSheet(head: Head, { features, labels }: LabelledFeatures): string {
  const answers = predictions(headLogits(head, features));
  return Array.from(answers, (answer, i) => (answer === labels[i] ? "1" : "0")).join("");
}

/** Top-1 of each seed, in per cent. */
export function percents(sheets: AnswerSheets): number[] {
  return sheets.map((sheet) => (100 * sheet.split("1").length - 100) / sheet.length);
}

/** Seeds whose factorized head is worse, or better, than the uncompressed head of the same seed (McNemar, mid-p < 0.05). */
function discordantSeeds(base: AnswerSheets, sheets: AnswerSheets): { worse: number; better: number } {
  let [worse, better] = [0, 0];
  base.forEach((before, seed) => {
    let [lost, won] = [0, 0];
    for (let i = 0; i < before.length; i++) {
      if (before[i] > sheets[seed][i]) lost++;
      if (before[i] < sheets[seed][i]) won++;
    }
    if (mcnemar(lost, won).midP >= 0.05) return;
    if (lost > won) worse++;
    else better++;
  });
  return { worse, better };
}

/** Every method's mean top-1 over the seeds with its 95 % interval, in per cent. */
export function recoveryResults({ methods }: ScoredRecoveries): MethodResult[] {
  return methods.map(({ id, title, keep, learningRate, sheets }) => {
    const sample = percents(sheets);
    return { id, title, keep, learningRate, mean: mean(sample), ...meanInterval(sample) };
  });
}

/** Rows of table 4-2. */
export function table42(scored: ScoredRecoveries) {
  const results = recoveryResults(scored);
  return scored.methods.map(({ id, title, rank, learningRate, sheets }, i) => {
    const { worse, better } = discordantSeeds(scored.base, sheets);
    return {
      method: `${id}: ${title}`,
      rank,
      lr: learningRate ?? "–",
      "mean top-1 %": Number(results[i].mean.toFixed(2)),
      "95 % interval of the mean": `${results[i].low.toFixed(2)} to ${results[i].high.toFixed(2)}`,
      "worse than base, seeds": worse,
      "better, seeds": better,
    };
  });
}

/** The means that settle whether recovery is impossible: base, cut, and short training at the best stable rate. */
export function recoveryMeans({ base, cut, methods }: ScoredRecoveries): FailedRecoveryEvidence["recovery"] {
  const meansAt = (head: "keep50" | "keep20", keep: number) => {
    const short = methods.find((method) => method.id === "b" && method.keep === keep);
    if (!short) throw new Error(`no result of method b at keep ratio ${keep}`);
    return {
      base: mean(percents(base)),
      cut: mean(percents(cut[head])),
      shortTraining: mean(percents(short.sheets)),
    };
  };
  return { keep50: meansAt("keep50", 0.5), keep20: meansAt("keep20", 0.2) };
}
