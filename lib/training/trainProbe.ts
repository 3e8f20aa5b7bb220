import { UserError } from "../core/errors";
import type { LabelledFeatures } from "../engines/features";
import { type Head, linearHeads } from "../network/head";
import { type TrainingOptions, trainHeads } from "./trainHeads";

export interface ProbeOptions extends Omit<TrainingOptions, "seeds" | "learningRate"> {
  learningRate: number;
  /** Labels are below it. */
  classes: number;
  /** Of the start and, another one, of the order of the images. */
  seed: number;
}

/**
 * A linear probe (Alain & Bengio 2016, arXiv:1610.01644): one linear layer trained on frozen features, from PyTorch's
 * default start.
 * @throws UserError if the training left the finite numbers.
 */
export async function trainProbe(data: LabelledFeatures, { classes, seed, ...options }: ProbeOptions): Promise<Head> {
  const start = linearHeads(data.features.shape[1], classes, [seed]);
  // Not the seed of the start, so that the order of the images has nothing to do with it.
  const run = await trainHeads(start, data, { ...options, seeds: [seed + 1000] });
  if (run.nonFiniteAt[0] !== undefined)
    throw new UserError(
      `the head's training diverged at learning rate ${options.learningRate}: check the weights in use`,
    );
  return run.heads[0];
}
