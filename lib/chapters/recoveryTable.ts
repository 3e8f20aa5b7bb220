import type { RecoveryMeans } from "../claims/recovery";
import type { MethodResult } from "../display/recovery";
import { progress } from "../display/progress";
import { cached } from "../core/cache";
import { mcnemar } from "../statistics/mcnemar";
import { mean, meanInterval } from "../statistics/summary";
import { flatten } from "../training/curvature";
import { logitsOf, predictions } from "../training/evaluate";
import type { Head } from "../network/head";
import { compressHeads } from "./headRuns";
import type { Chapter } from "./open";
import type { LabelledFeatures } from "../engines/features";
import { type HeadTask, protocol } from "./protocol";
import { learningRates, type Recovery, recoverEveryWay, recoveryMethods, uncompressedMethods } from "./recoveryMethods";

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
  /** That choosing the learning rates and all training took, when it was computed. */
  seconds: number;
  report: ScoredRecoveries;
  all: ScoredRecoveries;
}

/** Runs every way to recover at the report's two keep ratios and scores each once; cached by content, with its time. */
export async function recoveryExperiment(
  chapter: Chapter,
  task: HeadTask,
  allTest: LabelledFeatures,
  base: readonly Head[],
  seeds: readonly number[],
): Promise<RecoveryExperiment> {
  const origin = {
    train: task.train.features.data,
    trainLabels: task.train.labels,
    test: allTest.features.data,
    testLabels: allTest.labels,
    base: base.map(flatten),
    seeds,
    learningRates,
    protocol,
    methods: [...recoveryMethods, ...uncompressedMethods].map(({ id, title }) => id + title),
  };
  const trainings = recoveryMethods.length * protocol.keeps.length + uncompressedMethods.length;
  const bar = progress("ways to recover at two ranks, and the uncompressed head", trainings);
  const experiment = await cached("recovery-2", origin, chapter, async () => {
    const start = performance.now();
    const recoveries = await recoverEveryWay(task, base, seeds, protocol.keeps, bar.update);
    const seconds = (performance.now() - start) / 1000;
    const [report, all] = [task.test, allTest].map((test) => scoreRecoveries(recoveries, base, test));
    return { seconds, report, all };
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
  const answers = predictions(logitsOf(head, features));
  return Array.from(answers, (answer, i) => (answer === labels[i] ? "1" : "0")).join("");
}

/** Top-1 of each seed, in per cent. */
export function percents(sheets: AnswerSheets): number[] {
  return sheets.map((sheet) => (100 * sheet.split("1").length - 100) / sheet.length);
}

/** Seeds whose head is worse, or better, than the same seed's base: the uncompressed one (McNemar, mid-p < 0.05). */
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

/** Rows of tables 4-2 and 4-6: the uncompressed head after its ten batches, which is the base, then every method. */
export function table42({ base, methods }: ScoredRecoveries) {
  const row = (method: string, rank: number, learningRate: number | undefined, sheets: AnswerSheets) => {
    const sample = percents(sheets);
    const { low, high } = meanInterval(sample);
    const { worse, better } = discordantSeeds(base, sheets);
    return {
      method,
      rank,
      lr: learningRate ?? "–",
      "mean top-1 %": Number(mean(sample).toFixed(2)),
      "95 % interval of the mean": `${low.toFixed(2)} to ${high.toFixed(2)}`,
      "worse than base, seeds": worse,
      "better, seeds": better,
    };
  };
  return [
    row(`base: uncompressed head, its ${protocol.baseBatches} batches`, protocol.classes, protocol.learningRate, base),
    ...methods.map(({ id, title, rank, learningRate, sheets }) => row(`${id}: ${title}`, rank, learningRate, sheets)),
  ];
}

/**
 * The means that settle whether recovery is impossible: the uncompressed head after its ten batches, the cut one, and
 * short training at the best stable rate.
 */
export function recoveryMeans({ base, cut, methods }: ScoredRecoveries): Record<"keep50" | "keep20", RecoveryMeans> {
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
