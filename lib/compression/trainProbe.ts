import { UserError } from "../core/errors";
import type { LinearWeights } from "../network/lowRank";
import { type Network, nodeOf } from "../network/network";
import { Random } from "../core/random";
import type { Tensor } from "../core/tensor";
import { freshHead } from "../training/head";
import { trainHeads } from "../training/trainHeads";

/** What a head is trained on. */
export interface ProbeImages {
  /** (N, inputs). */
  features: Tensor;
  /** (N). */
  labels: Uint8Array;
  /** Labels are below it. */
  classes: number;
}

/** Seed, epochs and learning rate of a probe; momentum and batch size are the report's. */
export const probeTraining = { seed: 0, epochs: 10, learningRate: 0.01 } as const;

/** The network's own head, where it answers with as many classes as the images have. */
export function ownHead(network: Network, classes: number): LinearWeights | undefined {
  const head = nodeOf(network, "fc");
  return head.kind === "linear" && head.weight.shape[0] === classes ? head : undefined;
}

/**
 * A head for a network whose own has another number of classes: one linear layer on its features (a linear probe, Alain &
 * Bengio 2016, arXiv:1610.01644), from PyTorch's default start, by `probeTraining`.
 * @throws UserError if the training left the finite numbers.
 */
export async function trainProbe(
  { features, labels, classes }: ProbeImages,
  onProgress?: (done: number, total: number) => void,
): Promise<LinearWeights> {
  const { seed, epochs, learningRate } = probeTraining;
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
  return run.heads[0][0];
}
