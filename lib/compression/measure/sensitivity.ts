import { LayerVariants } from "../../engines/layerVariants";
import { run } from "../../engines/run";
import type { Network } from "../../network/network";
import type { Tensor } from "../../core/tensor";
import type { LayerRanks } from "../../network/rankPlan";
import { logSoftmax } from "../../statistics/softmax";
import { splitByBases } from "../fit/splitByBases";
import type { LayerBases } from "./layerBases";
import type { Calibration } from "./moments";

/** What ranks of one layer cost, all other layers as they are. */
export interface RankLoss {
  ranks: LayerRanks;
  /** Mean Kullback–Leibler divergence of the network's outputs from the original's, nats an image. */
  loss: number;
}

/** Ranks of a layer that are measured; those between are interpolated. */
const measuredRanks = 5;

/**
 * Compresses one layer at a time, by the bases of its outputs and inputs, and measures how far the network's outputs move.
 * What lies before the layer runs once for all.
 * @param network with batch norms folded and a head.
 * @param candidates ranks of each layer, ascending, layers in the network's order.
 * @param images a few training images; their values at one node are held in memory. Labels are not used.
 * @returns a loss for every candidate, never larger for a larger rank.
 */
export async function measureSensitivity(
  network: Network,
  candidates: ReadonlyMap<string, readonly LayerRanks[]>,
  bases: LayerBases,
  { images, engine, onProgress }: Calibration,
): Promise<Map<string, RankLoss[]>> {
  const original = await run(network, images, engine);
  const variants = new LayerVariants(network, images, engine);
  const chosen = new Map([...candidates].map(([layer, all]) => [layer, spread(all, measuredRanks)]));
  const total = [...chosen.values()].reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  const losses = new Map<string, RankLoss[]>();
  for (const [layer, all] of candidates) {
    const measured: RankLoss[] = [];
    for (const ranks of chosen.get(layer) ?? []) {
      const compressed = await splitByBases(network, new Map([[layer, ranks]]), bases, engine.threads);
      measured.push({ ranks, loss: meanDivergence(original, await variants.outputs(layer, compressed)) });
      onProgress?.(++done, total);
    }
    losses.set(layer, interpolated(falling(measured), all));
  }
  return losses;
}

/** At most `count` of the values, the first and the last among them. */
function spread<T>(values: readonly T[], count: number): T[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, i) => values[Math.round((i * (values.length - 1)) / (count - 1))]);
}

/**
 * Mean over the images of Σ p log(p / q), with p and q the softmax of the two networks' logits.
 * @param original (N, classes).
 * @param compressed (N, classes).
 */
export function meanDivergence(original: Tensor, compressed: Tensor): number {
  const [count, classes] = original.shape;
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const [p, q] = [original, compressed].map(({ data }) => logSoftmax(data.subarray(n * classes, (n + 1) * classes)));
    sum += p.reduce((divergence, logP, c) => divergence + Math.exp(logP) * (logP - q[c]), 0);
  }
  return Math.max(0, sum / count);
}

/** Losses made to fall with rank, since what a larger rank loses more is the noise of few images. */
export function falling(losses: readonly RankLoss[]): RankLoss[] {
  return losses.map(({ ranks }, i) => ({ ranks, loss: Math.max(...losses.slice(i).map(({ loss }) => loss)) }));
}

const leastLoss = 1e-9;

/** Losses at all ranks from those at some, along straight lines of the logarithm, since losses fall by orders of magnitude. */
export function interpolated(measured: readonly RankLoss[], candidates: readonly LayerRanks[]): RankLoss[] {
  const logLoss = (point: RankLoss) => Math.log(Math.max(leastLoss, point.loss));
  const rankOf = (point: RankLoss) => point.ranks.output;
  return candidates.map((ranks) => {
    const rank = ranks.output;
    const above = measured.findIndex((point) => rankOf(point) >= rank);
    if (above < 0) return { ranks, loss: measured[measured.length - 1].loss };
    const [low, high] = [measured[Math.max(0, above - 1)], measured[above]];
    if (rankOf(high) === rank || low === high) return { ranks, loss: high.loss };
    const share = (rank - rankOf(low)) / (rankOf(high) - rankOf(low));
    return { ranks, loss: Math.exp(logLoss(low) + share * (logLoss(high) - logLoss(low))) };
  });
}
