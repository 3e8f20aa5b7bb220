import { UserError } from "../core/errors";
import { Random } from "../core/random";
import type { Accuracy } from "../training/evaluate";
import { freshHead, type Head } from "../training/head";
import { fineTune, scoreHeads } from "./headRuns";
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
  const start = freshHead(task.train.features.shape[1], protocol.classes, new Random(seed));
  const run = await fineTune([start], task.train, [seed], epochs, learningRate);
  if (run.nonFiniteAt[0] !== undefined)
    throw new UserError(`the head's training diverged at learning rate ${learningRate}: check the weights in use`);
  return { head: run.heads[0], accuracy: scoreHeads(run.heads, task.test)[0] };
}
