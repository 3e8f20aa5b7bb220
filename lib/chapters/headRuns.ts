import { currentSettings } from "../core/settings";
import type { LabelledFeatures } from "../engines/features";
import { factorize, type Head, keptRank, linearHeads } from "../network/head";
import { type Accuracy, topOne } from "../training/evaluate";
import { type TrainingRun, trainHeads } from "../training/trainHeads";
import { type HeadTask, protocol } from "./protocol";

const { momentum, batchSize } = protocol;

/**
 * The report's base heads (chapter 3): 512 → 10, PyTorch's default start, ten batches of 64.
 * @returns one trained head a seed.
 */
export async function trainBaseHeads(task: HeadTask, seeds: readonly number[]): Promise<Head[]> {
  const run = await trainHeads(linearHeads(task.train.features.shape[1], protocol.classes, seeds), task.train, {
    learningRate: protocol.learningRate,
    momentum,
    batchSize,
    epochs: 1,
    maxBatches: protocol.baseBatches,
    seeds,
    threads: currentSettings(process.env).threads,
  });
  return run.heads;
}

/** Each head factorized at the keep ratio given (report's chapter 3). */
export function compressHeads(heads: readonly Head[], keep: number): Head[] {
  return heads.map((head) => factorize(head, keptRank(keep, protocol.classes)));
}

/** The report's recovery (chapter 4): three epochs over all 1024 images with the optimiser of chapter 3. */
export function recoverHeads(heads: Head[], task: HeadTask, seeds: readonly number[]): Promise<TrainingRun> {
  return fineTune(heads, task.train, seeds, protocol.recoveryEpochs, protocol.learningRate);
}

/** Trains heads by the report's optimiser at the given rate, shuffled by seed + 1000: not as the base heads were. */
export function fineTune(
  heads: Head[],
  data: LabelledFeatures,
  seeds: readonly number[],
  epochs: number,
  learningRate: number,
): Promise<TrainingRun> {
  return trainHeads(heads, data, {
    learningRate,
    momentum,
    batchSize,
    epochs,
    seeds: seeds.map((seed) => seed + 1000),
    threads: currentSettings(process.env).threads,
  });
}

/** Accuracy of each head on labelled features. */
export function scoreHeads(heads: readonly Head[], data: LabelledFeatures): Accuracy[] {
  return heads.map((head) => topOne(head, data));
}
