import { factorize, keptRank, type Head } from "../network/head";
import { mean } from "../statistics/summary";
import { outcomeOf } from "../training/collapse";
import { type Accuracy, logitsOf, predictions } from "../training/evaluate";
import type { Tensor } from "../core/tensor";
import { centredOverClasses, outputAwareHead } from "../training/outputAware";
import { fineTune, scoreHeads, trainBaseHeads } from "./headRuns";
import type { LabelledFeatures } from "../engines/features";
import { type HeadTask, protocol } from "./protocol";

/** Learning rates that are tried, the report's first. */
export const learningRates = [0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001] as const;

/** Share of the training images that a learning rate is chosen on, never trained on meanwhile. */
const validationShare = 0.25;

/** The keep ratio of a head that is not compressed. */
export const uncompressed = 1;

/** A way to get a head of low rank that works. */
export interface RecoveryMethod {
  id: "a" | "b" | "c" | "d" | "e" | "f";
  title: string;
  /** The factorized head to start from. */
  start(base: Head, features: Tensor, keep: number): Head;
  epochs: number;
  /** The report's 0.1, or the best stable one on the validation split. */
  learningRate: "report" | "chosen";
}

const cut: RecoveryMethod["start"] = (base, _features, keep) => factorize(base, keptRank(keep, protocol.classes));
const outputAware: RecoveryMethod["start"] = (base, features, keep) =>
  outputAwareHead(base, features, keptRank(keep, protocol.classes));

/** The rows of table 4-2. */
export const recoveryMethods: readonly RecoveryMethod[] = [
  { id: "a", title: "the report's: 3 epochs at lr 0.1", start: cut, epochs: 3, learningRate: "report" },
  { id: "b", title: "3 epochs at the best stable lr", start: cut, epochs: 3, learningRate: "chosen" },
  { id: "c", title: "10 epochs at the best stable lr", start: cut, epochs: 10, learningRate: "chosen" },
  { id: "d", title: "no training: output-aware cut", start: outputAware, epochs: 0, learningRate: "report" },
  {
    id: "e",
    title: "no training: centred over the classes, then cut",
    start: (base, features, keep) => cut(centredOverClasses(base), features, keep),
    epochs: 0,
    learningRate: "report",
  },
  {
    id: "f",
    title: "centred, output-aware, 3 epochs at the best stable lr",
    start: (base, features, keep) => outputAware(centredOverClasses(base), features, keep),
    epochs: 3,
    learningRate: "chosen",
  },
];

/**
 * The trainings of a, b and c, given to the uncompressed head, which the report leaves at its ten batches: without them
 * a compressed head would be set beside one that was trained less.
 */
export const uncompressedMethods: readonly RecoveryMethod[] = recoveryMethods
  .filter(({ start }) => start === cut)
  .map((method) => ({ ...method, title: `uncompressed head, ${method.epochs} epochs more`, start: (base) => base }));

/** One method at one keep ratio, over all seeds. */
export interface Recovery {
  method: RecoveryMethod;
  /** `uncompressed` for the head that is only trained on. */
  keep: number;
  learningRate?: number;
  heads: Head[];
}

/** Training images split in file order: the last quarter validates. */
export function splitForValidation(train: LabelledFeatures): { fit: LabelledFeatures; validation: LabelledFeatures } {
  const [count, width] = train.features.shape;
  const border = Math.floor(count * (1 - validationShare));
  const part = (from: number, to: number): LabelledFeatures => ({
    features: { shape: [to - from, width], data: train.features.data.subarray(from * width, to * width) },
    labels: train.labels.subarray(from, to),
  });
  return { fit: part(0, border), validation: part(border, count) };
}

/** How a learning rate did on the validation split. */
export interface LearningRateTrial {
  learningRate: number;
  accuracy: number;
  /** Seeds that ended with a (nearly) constant answer or without finite numbers. */
  collapsed: number;
}

/** The best mean accuracy among the rates at which no seed collapsed; among all of them if every rate has such seeds. */
export function bestStable(trials: readonly LearningRateTrial[]): LearningRateTrial {
  const stable = trials.filter(({ collapsed }) => collapsed === 0);
  const eligible = stable.length > 0 ? stable : trials;
  return eligible.reduce((best, trial) => (trial.accuracy > best.accuracy ? trial : best));
}

/**
 * Runs every method at every keep ratio over all seeds, then the trainings of the uncompressed head. Learning rates are
 * chosen on a validation split of the training images, with base heads that never saw it; the chosen one then trains on
 * all of them. The test images are not used.
 * @param base one uncompressed head a seed, trained on all training images.
 */
export async function recoverEveryWay(
  task: HeadTask,
  base: readonly Head[],
  seeds: readonly number[],
  keeps: readonly number[],
  onProgress?: (done: number, total: number) => void,
): Promise<Recovery[]> {
  const { fit, validation } = splitForValidation(task.train);
  const fitBase = await trainBaseHeads({ ...task, train: fit }, seeds);
  const jobs = [
    ...keeps.flatMap((keep) => recoveryMethods.map((method) => ({ method, keep }))),
    ...uncompressedMethods.map((method) => ({ method, keep: uncompressed })),
  ];
  const results: Recovery[] = [];
  for (const { method, keep } of jobs) {
    const starts = (heads: readonly Head[], on: LabelledFeatures) =>
      heads.map((head) => method.start(head, on.features, keep));
    let learningRate: number | undefined;
    if (method.learningRate === "chosen") {
      const trials = await tryLearningRates(starts(fitBase, fit), fit, validation, seeds, method.epochs);
      learningRate = bestStable(trials).learningRate;
    } else if (method.epochs > 0) learningRate = protocol.learningRate;
    let heads = starts(base, task.train);
    if (learningRate !== undefined)
      heads = (await fineTune(heads, task.train, seeds, method.epochs, learningRate)).heads;
    results.push({ method, keep, learningRate, heads });
    onProgress?.(results.length, jobs.length);
  }
  return results;
}

async function tryLearningRates(
  starts: Head[],
  fit: LabelledFeatures,
  validation: LabelledFeatures,
  seeds: readonly number[],
  epochs: number,
): Promise<LearningRateTrial[]> {
  const trials: LearningRateTrial[] = [];
  for (const learningRate of learningRates) {
    const run = await fineTune(starts, fit, seeds, epochs, learningRate);
    const accuracies = scoreHeads(run.heads, validation);
    const collapsed = run.heads.filter((head, i) => collapsedOn(head, validation, run.nonFiniteAt[i])).length;
    trials.push({ learningRate, accuracy: meanShare(accuracies), collapsed });
  }
  return trials;
}

function collapsedOn(head: Head, { features }: LabelledFeatures, nonFiniteAt: number | undefined): boolean {
  const answers = predictions(logitsOf(head, features));
  return outcomeOf(answers, protocol.classes, nonFiniteAt === undefined) !== "healthy";
}

/** Mean accuracy over the seeds. */
export function meanShare(accuracies: readonly Accuracy[]): number {
  return mean(accuracies.map(({ share }) => share));
}
