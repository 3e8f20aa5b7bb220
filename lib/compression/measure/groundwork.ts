import { firstImages, type LabelledImages } from "../../assets/images/cifar10";
import type { Engine } from "../../engines/engine";
import { convOf } from "../../network/convOf";
import { foldBatchNorms } from "../../network/foldBatchNorms";
import { type Conv, costs, type Network, nodeOf } from "../../network/network";
import { bytesOfSplit, macsOfSplit } from "../../network/splitRanks";
import { cached, type Cache, type Origin } from "../../core/cache";
import type { LayerChoices } from "../allocate/choices";
import { candidateRanks, type LatencyTable, measureLatencyTable } from "./latencyTable";
import { type LayerBases, layerBases } from "./layerBases";
import { energyLost, type ResponseBasis } from "./responseBases";
import { measureSensitivity, type RankLoss } from "./sensitivity";

/** What is known of a network before ranks are chosen. */
export interface Groundwork extends LayerBases {
  /** Batch norms folded, with its head. */
  network: Network;
  imageShape: readonly number[];
  /** Convolutions that can be split so that fewer multiply-accumulates remain, in the network's order. */
  layers: string[];
  ranks: Map<string, number[]>;
  table: LatencyTable;
  losses: Map<string, RankLoss[]>;
}

/** How far a step of the groundwork has come. */
export type OnStep = (step: "latency table" | "responses" | "sensitivity", done: number, total: number) => void;

export interface GroundworkOptions {
  engine: Engine;
  batch: number;
  /** (3, H, W). */
  imageShape: readonly number[];
  /** Training images for the responses' covariances. */
  images: LabelledImages;
  /** How many of them the sensitivity is measured on. */
  sensitivityImages: number;
  /** Of the latency table. */
  rounds?: number;
  cache: Cache;
  /** Names the network and the images by content: the sensitivity is kept on disk under it, if it is given. */
  origin?: Origin;
  onStep?: OnStep;
}

/** Measures a network: time by layer and rank, principal components of the responses, sensitivity to each rank. */
export async function layGroundwork(unfolded: Network, options: GroundworkOptions): Promise<Groundwork> {
  const { engine, batch, imageShape, images, sensitivityImages, rounds, cache, origin, onStep } = options;
  const network = foldBatchNorms(unfolded);
  const ranks = new Map(convolutions(network).map((conv) => [conv.name, candidateRanks(conv)] as const));
  for (const [layer, own] of ranks) if (own.length === 0) ranks.delete(layer);
  const layers = [...ranks.keys()];
  const table = await measureLatencyTable(network, layers, ranks, {
    threads: engine.threads,
    batch,
    imageShape,
    runs: rounds,
    cache,
    onRound: (done, total) => onStep?.("latency table", done, total),
  });
  const onLayer = (done: number, total: number) => onStep?.("responses", done, total);
  const { bases, inputs } = await layerBases(network, layers, { images, engine, onLayer });
  const sensitivity = async () => {
    const losses = await measureSensitivity(
      network,
      ranks,
      { bases, inputs },
      {
        images: firstImages(images, sensitivityImages),
        engine,
        onRank: (done, total) => onStep?.("sensitivity", done, total),
      },
    );
    return [...losses];
  };
  const kept = { ...origin, responses: images.count, sensitivityImages, ranks: [...ranks] };
  const losses = origin ? await cached("sensitivity-2", kept, cache, sensitivity) : await sensitivity();
  return { network, imageShape, layers, ranks, table, bases, inputs, losses: new Map(losses) };
}

function convolutions({ nodes }: Network): Conv[] {
  return nodes.filter((node): node is Conv => node.kind === "conv");
}

/** What a budget is counted in: milliseconds of a batch, multiply-accumulates of an image, or bytes of weights and biases. */
export type Budget = "ms" | "MACs" | "bytes";

/** What a layer costs: split, where a rank is given. */
const costIn: Record<Budget, (groundwork: Groundwork, layer: string, rank: number | undefined) => number> = {
  ms: msOf,
  MACs: macsOf,
  bytes: ({ network }, layer, rank) => bytesOfSplit(convOf(network, layer), rank),
};

/** What a rank is taken to lose: measured sensitivity, or the share of the responses' variance. */
export type Loss = "sensitivity" | "energy";

/** Every layer's choices, for an allocator. */
export function choicesOf(groundwork: Groundwork, budget: Budget, loss: Loss): LayerChoices[] {
  const { layers, ranks, losses, bases } = groundwork;
  return layers.map((layer) => ({
    layer,
    choices: [undefined, ...(ranks.get(layer) ?? [])].map((rank) => ({
      rank,
      cost: costIn[budget](groundwork, layer, rank),
      loss:
        rank === undefined
          ? 0
          : loss === "energy"
            ? energyLost(bases.get(layer) as ResponseBasis, rank)
            : (losses.get(layer)?.find((each) => each.rank === rank)?.loss ?? Number.NaN),
    })),
  }));
}

function msOf({ table }: Groundwork, name: string, rank: number | undefined): number {
  const times = table.layers.find(({ layer }) => layer === name)?.times;
  return times?.find((time) => time.rank === rank)?.ms ?? Number.NaN;
}

/** Multiply-accumulates of a layer for one image: split, where a rank is given. */
export function macsOf({ network, imageShape }: Groundwork, name: string, rank: number | undefined): number {
  const cost = costs(network, [...imageShape]).find((each) => each.name === name);
  const conv = nodeOf(network, name);
  if (!cost || conv.kind !== "conv") throw new Error(`${name} is no convolution of the network`);
  return (cost.macs / macsOfSplit(conv)) * macsOfSplit(conv, rank);
}
