import { cpus, totalmem } from "node:os";
import { busyShare } from "../../core/busyness";
import { onnxRuntime } from "../../engines/onnxRuntime";
import { UserError } from "../../core/errors";
import { convOf } from "../../network/layerOf";
import type { Conv, Network } from "../../network/network";
import { type LayerRanks, macsOfSplit, type RankPlan, ranksOfBothEnds, sameRanks } from "../../network/rankPlan";
import { cached, type Cache } from "../../core/cache";
import { usableCores } from "../../core/usableCores";
import { median } from "../../statistics/summary";
import { type LayerTime, type LayerTimesOptions, rest, timeLayers, type Variant } from "./layerTimes";

/** What every layer costs at every rank that was tried, within a whole network on this machine. */
export interface LatencyTable {
  /** Of everything but the layers: pooling, changes of layout, other convolutions and linear layers. */
  restMs: number;
  layers: TimedLayer[];
  /** Share of this process's cores that other programs took while it was measured, 0 to 1. */
  busy: number;
}

/** A layer's milliseconds a batch, as it is and split. */
export interface TimedLayer {
  layer: string;
  options: { ranks?: LayerRanks; ms: number }[];
}

/**
 * Ranks worth splitting a convolution at: the multiples of 8 at which fewer multiply-accumulates remain than it has
 * itself. None for small layers and grouped ones. Where that makes more than `most`, the multiples of 16, thinned out to
 * roughly a geometric series.
 * ONNX Runtime computes in blocks of 8 or, with AVX-512, 16 channels: a rank between two multiples takes the time of the
 * upper one.
 * @returns ascending.
 */
export function candidateRanks(conv: Conv, most = 12): LayerRanks[] {
  if (conv.groups) return [];
  const { shape, data } = conv.weight;
  const largest = Math.min(shape[0], data.length / shape[0]);
  const multiples = (step: number) =>
    Array.from({ length: Math.floor(largest / step) }, (_, i) => step * (i + 1)).filter(
      (rank) => macsOfSplit(conv, ranksOfBothEnds(conv, rank)) < macsOfSplit(conv),
    );
  const outputs = multiples(8).length <= most ? multiples(8) : thinned(multiples(16), most);
  return outputs.map((output) => ranksOfBothEnds(conv, output));
}

/** At most so many of the multiples, each about the same factor above the one before; the large ones round. */
function thinned(multiples: readonly number[], most: number): number[] {
  const count = multiples.length;
  if (count <= most) return [...multiples];
  const places = [1];
  while (places.length < most) {
    const last = places[places.length - 1];
    const next = Math.max(last + 1, Math.round(last * (count / last) ** (1 / (most - places.length))));
    const round = 2 ** Math.max(0, Math.floor(Math.log2(next - last)) - 1);
    places.push(next < count ? round * Math.round(next / round) : round * Math.floor(count / round));
  }
  return places.map((place) => multiples[place - 1]);
}

/**
 * Times layers at candidate ranks within whole networks: alone, each would also pay for changes of layout that ONNX Runtime
 * makes once for a whole network (its blocked format NCHWc). Variant j gives every layer its j-th rank at once, so there are
 * as many variants as the longest list has ranks; a layer with fewer keeps its last.
 * Kept on disk for this machine, engine and network's form; one measured while the machine was busy is measured again next time.
 * @param network its batch norms folded.
 * @param candidates ranks of each layer to time, ascending, perhaps none.
 * @throws Error if a layer is no convolution; UserError if a rank is out of range or the engine's profile cannot be read.
 */
export async function measureLatencyTable(
  network: Network,
  candidates: ReadonlyMap<string, readonly LayerRanks[]>,
  options: LayerTimesOptions & { cache: Cache },
): Promise<LatencyTable> {
  const { threads, batch, imageShape, precision, runs, cache } = options;
  const { name, version } = onnxRuntime(threads);
  const layers = [...candidates.keys()];
  for (const layer of layers) convOf(network, layer);
  const engine = `${name} ${version}`;
  const ran = { machine: machine(), engine, threads, batch, imageShape, precision, runs };
  const origin = { ...ran, candidates: [...candidates], network: formOf(network) };
  let fresh = false;
  const measure = async () => {
    fresh = true;
    const { times, busy } = await timeLayers(network, layers, variantsOf(candidates), options);
    return { ...tableOf(layers, times), busy };
  };
  const table = await cached("latency-table-4", origin, cache, measure);
  if (fresh || table.busy <= busyShare) return table;
  return cached("latency-table-4", origin, { ...cache, fresh: true }, measure);
}

/**
 * Milliseconds a batch of a network compressed by a plan: the rest and the sum of its layers.
 * @param plan of a layer that is missing: the layer as it is.
 * @throws UserError if a layer or its ranks were not timed.
 */
export function predictMs<Layer extends TimedLayer>(
  { restMs, layers }: { restMs: number; layers: readonly Layer[] },
  plan: RankPlan,
): number {
  const unknown = [...plan.keys()].find((name) => !layers.some(({ layer }) => layer === name));
  if (unknown !== undefined) throw new UserError(`${unknown} was not timed: measure a table with this layer`);
  return layers.reduce((sum, timed) => sum + optionOf(timed, plan.get(timed.layer)).ms, restMs);
}

/**
 * What was measured of a layer at ranks.
 * @throws UserError if these ranks were not measured.
 */
export function optionOf<Option extends { ranks?: LayerRanks }>(
  { layer, options }: { layer: string; options: readonly Option[] },
  ranks: LayerRanks | undefined,
): Option {
  const found = options.find((each) => sameRanks(each.ranks, ranks));
  if (found) return found;
  const known = options.flatMap((each) => each.ranks?.output ?? []).join(", ") || "none";
  throw new UserError(`rank ${ranks?.output} of ${layer} was not timed: choose one of these: ${known}`);
}

/** Variant j holds every layer's j-th ranks, or its last. */
function variantsOf(candidates: ReadonlyMap<string, readonly LayerRanks[]>): Variant[] {
  const lists = [...candidates].filter(([, ranks]) => ranks.length > 0);
  const count = Math.max(0, ...lists.map(([, ranks]) => ranks.length));
  return Array.from(
    { length: count },
    (_, j) => new Map(lists.map(([layer, ranks]) => [layer, ranks[Math.min(j, ranks.length - 1)]])),
  );
}

/** The median of each layer's times at each rank: of its last rank, and of the network as it is, there may be several. */
function tableOf(layers: readonly string[], times: readonly LayerTime[]): Pick<LatencyTable, "restMs" | "layers"> {
  const timesOf = (layer: string) => {
    const own = times.filter((time) => time.layer === layer);
    const all = own
      .map(({ ranks }) => ranks)
      .filter((ranks, i, list) => list.findIndex((r) => sameRanks(r, ranks)) === i);
    const msAt = (ranks?: LayerRanks) => own.filter((time) => sameRanks(time.ranks, ranks)).map(({ ms }) => ms);
    return all.map((ranks) => ({ ranks, ms: median(msAt(ranks)) }));
  };
  return { restMs: timesOf(rest)[0].ms, layers: layers.map((layer) => ({ layer, options: timesOf(layer) })) };
}

function machine(): string {
  return `${cpus()[0]?.model}, ${usableCores()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

/** The network without its numbers: of tensors the shapes alone. */
function formOf({ nodes }: Network): unknown {
  const shapeOnly = (_key: string, value: unknown) => (value instanceof Float32Array ? undefined : value);
  return JSON.parse(JSON.stringify(nodes, shapeOnly));
}
