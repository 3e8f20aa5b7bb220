import { UserError } from "../core/errors";
import { Random } from "../core/random";
import type { Tensor } from "../core/tensor";
import { freshHead, type Head } from "./head";
import { trainHeads } from "./trainHeads";

export interface ProbeOptions {
  /** Labels are below it. */
  classes: number;
  /** Of the start and, another one, of the order of the images. */
  seed: number;
  epochs: number;
  learningRate: number;
  onProgress?: (done: number, total: number) => void;
}

/**
 * A linear probe (Alain & Bengio 2016, arXiv:1610.01644): one linear layer trained on frozen features, from PyTorch's
 * default start, with trainHeads' momentum and batch size.
 * @param data features (N, inputs) and labels (N).
 * @throws UserError if the training left the finite numbers.
 */
export async function trainProbe(
  { features, labels }: { features: Tensor; labels: Uint8Array },
  { classes, seed, epochs, learningRate, onProgress }: ProbeOptions,
): Promise<Head> {
  const run = await trainHeads({
    features,
    labels,
    heads: [freshHead(features.shape[1], classes, new Random(seed))],
    // Not the seed of the start, so that the order of the images has nothing to do with it.
    seeds: [seed + 1000],
    learningRate,
    epochs,
    onProgress,
  });
  if (run.nonFiniteAt[0] !== undefined)
    throw new UserError(`the head's training diverged at learning rate ${learningRate}: check the weights in use`);
  return run.heads[0];
}
