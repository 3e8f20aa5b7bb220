import type { LabelledImages } from "../../assets/images/cifar10";
import type { Engine } from "../../engines/engine";
import { LayerVariants } from "../../engines/layerVariants";
import { run } from "../../engines/run";
import type { Network } from "../../network/network";
import type { Tensor } from "../../core/tensor";
import type { LayerBases } from "./layerBases";
import { narrowInputs } from "../fit/narrowInputs";
import { splitByBases } from "./responseBases";

/** What a rank of one layer costs in answers, all other layers as they are. */
export interface RankLoss {
  rank: number;
  /** Mean Kullback–Leibler divergence of the network's answers from the original's, nats an image. */
  loss: number;
}

/** Ranks of a layer that are measured; those between are interpolated. */
const measuredRanks = 5;

/**
 * Compresses one layer at a time, to the principal components of its answers and inputs, and measures how far the network's
 * answers move. What lies before the layer runs once for all.
 * @param network with batch norms folded and a head.
 * @param ranks candidate ranks of each layer, ascending, layers in the network's order.
 * @param images a few training images; their values at one node are held in memory. Labels are not used.
 * @returns a loss for every candidate, never larger for a larger rank.
 */
export async function measureSensitivity(
  network: Network,
  ranks: ReadonlyMap<string, readonly number[]>,
  { bases, inputs }: LayerBases,
  {
    images,
    engine,
    onRank,
  }: { images: LabelledImages; engine: Engine; onRank?: (done: number, total: number) => void },
): Promise<Map<string, RankLoss[]>> {
  const original = await run(network, images, engine);
  const variants = new LayerVariants(network, images, engine);
  const chosen = new Map([...ranks].map(([layer, all]) => [layer, spread(all, measuredRanks)]));
  const total = [...chosen.values()].reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  const losses = new Map<string, RankLoss[]>();
  for (const [layer, all] of ranks) {
    const candidates = chosen.get(layer) ?? [];
    const measured: RankLoss[] = [];
    for (const rank of candidates) {
      const own = new Map([[layer, rank]]);
      const compressed = await splitByBases(narrowInputs(network, own, inputs), own, bases, engine.threads);
      measured.push({ rank, loss: meanDivergence(original, await variants.outputs(layer, compressed)) });
      onRank?.(++done, total);
    }
    losses.set(layer, interpolated(falling(measured), all));
  }
  return losses;
}

/** At most `count` of the values, the first and the last among them. */
function spread(values: readonly number[], count: number): number[] {
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

function logSoftmax(logits: Float32Array): Float64Array {
  const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  return Float64Array.from(logits, (value) => value - largest - Math.log(sum));
}

/** Losses made to fall with rank, since what a larger rank loses more is the noise of few images. */
export function falling(losses: readonly RankLoss[]): RankLoss[] {
  return losses.map(({ rank }, i) => ({ rank, loss: Math.max(...losses.slice(i).map(({ loss }) => loss)) }));
}

const leastLoss = 1e-9;

/** Losses at all ranks from those at some, along straight lines of the logarithm, since losses fall by orders of magnitude. */
export function interpolated(measured: readonly RankLoss[], ranks: readonly number[]): RankLoss[] {
  const logLoss = (point: RankLoss) => Math.log(Math.max(leastLoss, point.loss));
  return ranks.map((rank) => {
    const above = measured.findIndex((point) => point.rank >= rank);
    if (above < 0) return { rank, loss: measured[measured.length - 1].loss };
    const [low, high] = [measured[Math.max(0, above - 1)], measured[above]];
    if (high.rank === rank || low === high) return { rank, loss: high.loss };
    const share = (rank - low.rank) / (high.rank - low.rank);
    return { rank, loss: Math.exp(logLoss(low) + share * (logLoss(high) - logLoss(low))) };
  });
}
