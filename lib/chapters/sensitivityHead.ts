import { currentSettings } from "../core/settings";
import type { Accuracy } from "../training/evaluate";
import type { Head } from "../network/head";
import { trainProbe } from "../training/trainProbe";
import { scoreHeads } from "./headRuns";
import { type HeadTask, protocol } from "./protocol";

/** Seed, epochs and learning rate of the head that each compressed network keeps: a tenth of the report's rate. */
export const goodTraining = { seed: 0, epochs: 10, learningRate: 0.01 } as const;

/** A head trained well, and what it reaches on the test images. */
export interface GoodHead {
  head: Head;
  accuracy: Accuracy;
}

/**
 * Trains one head on the report's 1024 training images, from PyTorch's default start, by `goodTraining`.
 * @throws UserError if the training left the finite numbers.
 */
export async function trainGoodHead(task: HeadTask): Promise<GoodHead> {
  const { seed, epochs, learningRate } = goodTraining;
  const { classes, momentum, batchSize } = protocol;
  const { threads } = currentSettings(process.env);
  const options = { classes, seed, epochs, learningRate, momentum, batchSize, threads };
  const head = await trainProbe(task.train, options);
  return { head, accuracy: scoreHeads([head], task.test)[0] };
}
