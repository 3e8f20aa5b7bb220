import { factorizeHead } from "../network/lowRank";
import { Random } from "../core/random";
import { type Accuracy, accuracyOf, headLogits, predictions } from "../training/evaluate";
import { freshHead, type Head } from "../training/head";
import { type TrainingRun, trainHeads } from "../training/trainHeads";
import type { LabelledFeatures } from "../engines/features";
import { type HeadTask, protocol } from "./protocol";

/**
 * The report's base heads (chapter 3): 512 → 10, PyTorch's default start, ten batches of 64.
 * @returns one trained head a seed.
 */
export async function trainBaseHeads(task: HeadTask, seeds: readonly number[]): Promise<Head[]> {
  const inputs = task.train.features.shape[1];
  const run = await trainHeads({
    ...task.train,
    heads: seeds.map((seed) => freshHead(inputs, protocol.classes, new Random(seed))),
    seeds: [...seeds],
    learningRate: protocol.learningRate,
    momentum: protocol.momentum,
    batchSize: protocol.batchSize,
    epochs: 1,
    maxBatches: protocol.baseBatches,
  });
  return run.heads;
}

/** Each head factorized at the keep ratio given (report's chapter 3). */
export function compressHeads(heads: readonly Head[], keep: number): Head[] {
  return heads.map((head) => factorizeHead(head, keep));
}

/** The report's recovery (chapter 4): three epochs over all 1024 images with the optimiser of chapter 3. */
export function recoverHeads(heads: Head[], task: HeadTask, seeds: readonly number[]): Promise<TrainingRun> {
  return fineTune(heads, task.train, seeds, protocol.recoveryEpochs, protocol.learningRate);
}

/** Trains heads by the report's optimiser at the given rate, shuffled by seed + 1000: not as the base heads were. */
export function fineTune(
  heads: Head[],
  { features, labels }: LabelledFeatures,
  seeds: readonly number[],
  epochs: number,
  learningRate: number,
): Promise<TrainingRun> {
  return trainHeads({
    features,
    labels,
    heads,
    seeds: seeds.map((seed) => seed + 1000),
    learningRate,
    momentum: protocol.momentum,
    batchSize: protocol.batchSize,
    epochs,
  });
}

/** Accuracy of each head on labelled features. */
export function scoreHeads(heads: readonly Head[], { features, labels }: LabelledFeatures): Accuracy[] {
  return heads.map((head) => accuracyOf(predictions(headLogits(head, features)), labels));
}
