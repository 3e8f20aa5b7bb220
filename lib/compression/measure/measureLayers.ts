import { contentKey, firstImages, type LabelledImages } from "../../assets/images/labelledImages";
import type { Engine } from "../../engines/engine";
import { convOf } from "../../network/layerOf";
import { foldBatchNorms } from "../../network/foldBatchNorms";
import { type Conv, costs, type Network } from "../../network/network";
import { bytesOfSplit, type LayerRanks, macsOfSplit, sameRanks } from "../../network/rankPlan";
import { type Cache, cached } from "../../core/cache";
import { UserError } from "../../core/errors";
import type { OnStep } from "../../core/progress";
import type { LayerChoices } from "../allocate/choices";
import { candidateRanks, measureLatencyTable } from "./latencyTable";
import { energyLost, type LayerBases } from "./layerBases";
import { responseBases } from "./responseBases";
import { measureSensitivity } from "./sensitivity";

/** One way to run a layer: split at ranks, or as it is. */
export interface LayerOption {
  /** undefined: as it is. */
  ranks?: LayerRanks;
  /** Milliseconds a batch. */
  ms: number;
  /** Multiply-accumulates an image. */
  macs: number;
  /** Bytes of weights and biases. */
  bytes: number;
  /** How far the network's outputs move: Kullback–Leibler divergence, nats an image. */
  sensitivity: number;
  /** Share of the responses' variance that is lost. */
  energy: number;
  /** Of measurements in int8: the layer by itself is faster in fp32, and `ms` is of that. */
  keepsFp32?: boolean;
}

export interface MeasuredLayer {
  layer: string;
  /** min(out, in · height · width). */
  fullRank: number;
  /** As it is first, then by ascending rank. */
  options: LayerOption[];
}

/** What is known of a network before ranks are chosen. */
export interface LayerMeasurements {
  /** Batch norms folded, with its head. */
  network: Network;
  imageShape: readonly number[];
  /** Images that the milliseconds are of. */
  batch: number;
  /** Milliseconds a batch of everything but the layers. */
  restMs: number;
  /** Share of the cores that other programs took while the milliseconds were measured, 0 to 1. */
  busy: number;
  /** Convolutions that can be split so that fewer multiply-accumulates remain, in the network's order. */
  layers: MeasuredLayer[];
  /** Of the responses. */
  bases: LayerBases;
  /**
   * Given where times are of int8 layers: milliseconds of the network as it is in fp32, which speed-ups are over, and what
   * rounding alone costs it, in the unit of the sensitivity.
   */
  int8?: { fp32Ms: number; loss: number };
}

export interface MeasureOptions {
  engine: Engine;
  batch: number;
  /** (3, H, W). */
  imageShape: readonly number[];
  /** Training images for the responses' covariances. */
  images: LabelledImages;
  /** How many of them the sensitivity is measured on. */
  sensitivityImages: number;
  /** Where no layer is to be split: none is told from the rest. */
  whole?: boolean;
  /** Of the latency table at least, after one to warm up; 5 by default. */
  rounds?: number;
  /** Keeps the latency table for this machine, and the sensitivity by content. */
  cache: Cache;
  onStep?: OnStep;
}

/** Measures a network: time by layer and rank, principal components of the responses, sensitivity to each rank. */
export async function measureLayers(unfolded: Network, options: MeasureOptions): Promise<LayerMeasurements> {
  const { engine, batch, imageShape, images, sensitivityImages, rounds = 5, cache, onStep } = options;
  const progressOf = (step: string) => (done: number, total: number) => onStep?.(step, done, total);
  const network = foldBatchNorms(unfolded);
  const candidates = options.whole ? new Map<string, LayerRanks[]>() : candidatesOf(network);
  const layers = [...candidates.keys()];
  const table = await measureLatencyTable(network, candidates, {
    threads: engine.threads,
    batch,
    imageShape,
    runs: rounds,
    cache,
    onProgress: progressOf("latency table"),
  });
  const bases = await responseBases(network, layers, { images, engine, onProgress: progressOf("responses") });
  const sensitivity = async () => {
    const few = firstImages(images, sensitivityImages);
    const onProgress = progressOf("sensitivity");
    return [...(await measureSensitivity(network, candidates, bases, { images: few, engine, onProgress }))];
  };
  const origin = {
    network,
    images: contentKey(images),
    sensitivityImages,
    candidates: [...candidates],
    engine: engine.version,
  };
  const losses = new Map(await cached("sensitivity-3", origin, cache, sensitivity));
  const optionAt = (layer: string, ms: number, ranks?: LayerRanks): LayerOption => ({
    ranks,
    ms,
    ...countsOf(network, imageShape, layer, ranks),
    sensitivity: ranks ? losses.get(layer)!.find((own) => sameRanks(own.ranks, ranks))!.loss : 0,
    energy: ranks ? energyLost(bases.outputs.get(layer)!, ranks.output) : 0,
  });
  return {
    network,
    imageShape,
    batch,
    restMs: table.restMs,
    busy: table.busy,
    layers: table.layers.map(({ layer, options: times }) => ({
      layer,
      fullRank: fullRankOf(convOf(network, layer)),
      options: times.map(({ ranks, ms }) => optionAt(layer, ms, ranks)),
    })),
    bases,
  };
}

/**
 * What was measured of one layer.
 * @throws UserError that names the layers measured, if it is none of them.
 */
export function measuredLayer({ layers }: Pick<LayerMeasurements, "layers">, name: string): MeasuredLayer {
  const found = layers.find(({ layer }) => layer === name);
  if (found) return found;
  throw new UserError(`${name} was not measured: choose one of ${layers.map(({ layer }) => layer).join(", ")}`);
}

/** Ranks to try of every convolution that has some. */
function candidatesOf({ nodes }: Network): Map<string, LayerRanks[]> {
  const convolutions = nodes.filter((node): node is Conv => node.kind === "conv");
  return new Map(
    convolutions.flatMap((conv) => {
      const own = candidateRanks(conv);
      return own.length > 0 ? [[conv.name, own] as const] : [];
    }),
  );
}

function fullRankOf({ weight: { shape, data } }: Conv): number {
  return Math.min(shape[0], data.length / shape[0]);
}

/** Multiply-accumulates and bytes of a layer: split, where ranks are given. */
function countsOf(network: Network, imageShape: readonly number[], layer: string, ranks?: LayerRanks) {
  const conv = convOf(network, layer);
  const macs = costs(network, [...imageShape]).find(({ name }) => name === layer)?.macs ?? Number.NaN;
  return { macs: (macs / macsOfSplit(conv)) * macsOfSplit(conv, ranks), bytes: bytesOfSplit(conv, ranks) };
}

/**
 * Every layer's choices, for an allocator.
 * @param cost what a budget is counted in.
 * @param loss what ranks are taken to lose.
 */
export function choicesOf(
  { layers }: Pick<LayerMeasurements, "layers">,
  cost: "ms" | "macs" | "bytes",
  loss: "sensitivity" | "energy",
): LayerChoices[] {
  return layers.map(({ layer, fullRank, options }) => ({
    layer,
    fullRank,
    choices: options.map((option) => ({ ranks: option.ranks, cost: option[cost], loss: option[loss] })),
  }));
}
