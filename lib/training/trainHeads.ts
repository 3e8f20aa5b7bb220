import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { requireWhole, UserError } from "../core/errors";
import { stopIfInterrupted } from "../core/interrupt";
import type { LabelledFeatures } from "../engines/features";
import type { Head } from "../network/head";
import { type BatchOrder, batches, shuffled } from "./batches";
import { feed, scalar } from "./feeds";
import { biasesOf, stackHeads, unstackHeads } from "./headStack";
import { oneHot } from "./oneHot";
import { names, stepGraph } from "./stepGraph";

export interface TrainingOptions {
  /** Of all heads, or one for each. */
  learningRate: number | readonly number[];
  momentum: number;
  /** The last batch of an epoch may be smaller. */
  batchSize: number;
  epochs: number;
  /** Steps in total, if fewer than the epochs have. */
  maxBatches?: number;
  /** For each head the seed by which it shuffles the images anew every epoch. */
  seeds: readonly number[];
  /** Instead of shuffling by seed. */
  batchOrder?: BatchOrder;
  threads: number;
  onProgress?: (done: number, total: number) => void;
}

export interface TrainingRun {
  /** The trained heads. */
  heads: Head[];
  /** For each head the mean cross-entropy of every step's batch, before the step. */
  losses: Float32Array[];
  /** For each head the first step, counted from 1, with NaN or infinity in its loss, or after the last in its weights. */
  nonFiniteAt: (number | undefined)[];
}

/**
 * Trains many linear heads on cached features at once: softmax cross-entropy, SGD with PyTorch's momentum
 * (v ← μ v + g, w ← w − lr · v; no damping, no weight decay), float32 as PyTorch.
 * Each head gets the same numbers as if it were trained alone. ONNX Runtime computes each step of all heads as one
 * graph, at least six times faster than plain loops.
 * @param heads where each starts; all of one shape. They are not changed.
 * @throws UserError for settings that nothing can be trained by, and for labels beyond the heads' classes.
 */
export async function trainHeads(
  heads: readonly Head[],
  data: LabelledFeatures,
  options: TrainingOptions,
): Promise<TrainingRun> {
  checkOptions(heads, options);
  const session = await InferenceSession.create(stepGraph(biasesOf(heads)), {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    return await train(session, heads, data, options);
  } finally {
    await session.release();
  }
}

function checkOptions(heads: readonly Head[], options: TrainingOptions): void {
  const { seeds, learningRate, momentum, batchSize, epochs, maxBatches = 0 } = options;
  if (heads.length === 0) throw new UserError("0 heads to train: choose at least one seed");
  if (seeds.length !== heads.length)
    throw new UserError(`${seeds.length} seeds for ${heads.length} heads: give as many`);
  const rates = [learningRate].flat();
  if (typeof learningRate !== "number" && rates.length !== heads.length)
    throw new UserError(`${rates.length} learning rates for ${heads.length} heads: give one, or as many`);
  for (const rate of rates)
    if (!(rate > 0 && Number.isFinite(rate))) throw new UserError(`learning rate ${rate}: choose a number above 0`);
  if (!(momentum >= 0 && momentum < 1)) throw new UserError(`momentum ${momentum}: choose one from 0 to below 1`);
  requireWhole("batchSize", batchSize);
  requireWhole("epochs", epochs, 0);
  requireWhole("maxBatches", maxBatches, 0);
}

async function train(
  session: InferenceSession,
  heads: readonly Head[],
  { features, labels }: LabelledFeatures,
  options: TrainingOptions,
): Promise<TrainingRun> {
  const { seeds, epochs, momentum, batchSize } = options;
  const count = features.shape[0];
  if (labels.length !== count) throw new UserError(`${labels.length} labels for ${count} images: give as many`);
  const targets = oneHot(labels, heads[0][heads[0].length - 1].weight.shape[0]);
  const constants = {
    [names.features]: feed(features),
    [names.targets]: feed(targets),
    [names.learningRate]: learningRates(options.learningRate, heads.length),
    [names.momentum]: scalar(momentum),
  };
  const steps = Math.min(options.maxBatches ?? Number.POSITIVE_INFINITY, epochs * Math.ceil(count / batchSize));
  const losses = heads.map(() => new Float32Array(steps));
  const order = options.batchOrder ?? shuffled(seeds, count);
  let stack = stackHeads(heads);
  let step = 0;
  for (const { rows, size } of batches(heads.length, count, batchSize, epochs, order)) {
    if (step === steps) break;
    stopIfInterrupted();
    const batch = new OrtTensor("int32", rows, [heads.length, size]);
    const result = await session.run({
      ...constants,
      ...stack,
      [names.batch]: batch,
      [names.perImage]: scalar(1 / size),
    });
    const loss = result[names.loss].data as Float32Array;
    for (let head = 0; head < heads.length; head++) losses[head][step] = loss[head];
    step++;
    stack = Object.fromEntries(Object.keys(stack).map((name) => [name, result[names.next(name)]]));
    options.onProgress?.(step, steps);
  }
  const trained = unstackHeads(stack, heads.length, heads[0]);
  return { heads: trained, losses, nonFiniteAt: trained.map((head, i) => firstNonFinite(losses[i], head)) };
}

function learningRates(rates: number | readonly number[], heads: number): OrtTensor {
  const each = typeof rates === "number" ? new Array<number>(heads).fill(rates) : rates;
  return new OrtTensor("float32", Float32Array.from(each), [heads, 1, 1]);
}

function firstNonFinite(losses: Float32Array, head: Head): number | undefined {
  const step = losses.findIndex((loss) => !Number.isFinite(loss));
  if (step >= 0) return step + 1;
  const finite = head.every(({ weight, bias }) =>
    [weight, bias].every((part) => part?.data.every(Number.isFinite) ?? true),
  );
  return finite ? undefined : losses.length;
}
