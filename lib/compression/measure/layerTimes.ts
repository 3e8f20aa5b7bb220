import { type OperatorTime, ownerOf, profileOperators } from "../../engines/profile";
import type { RoundsOptions } from "../../engines/rounds";
import { costs, type Network } from "../../network/network";
import { type LayerRanks, partsOf } from "../../network/rankPlan";
import { normalTensor } from "../../core/random";
import { placeholderInt8, placeholderSplits } from "../placeholders";

/** A layer's milliseconds a batch split at ranks; undefined: the layer as it is. */
export interface LayerTime {
  layer: string;
  ranks?: LayerRanks;
  ms: number;
}

/** Ranks that some layers are split at; the others stay as they are. */
export type Variant = ReadonlyMap<string, LayerRanks>;

/** The arithmetic of the convolutions. */
export type Precision = "fp32" | "int8";

export interface LayerTimesOptions extends Omit<RoundsOptions, "warmUps" | "mostRuns"> {
  threads: number;
  batch: number;
  /** (3, H, W). */
  imageShape: readonly number[];
  /** fp32 unless told. */
  precision?: Precision;
  /** Bytes that the open networks may take; half of what is free by default. */
  memory?: number;
}

/** The layer that stands for everything that is none. */
export const rest = "";

/**
 * Times of the layers in a network as it is and in variants of it, and of the rest as it is. All take turns under the
 * engine's profiler; where not all fit into memory, in groups that each hold the network as it is in fp32: what slows the
 * machine during a group slows that one too, and is divided out. Where the networks' ratios do not settle, up to three times the
 * rounds are run.
 * @returns the times, and the largest share of this process's cores that other programs took during a group.
 */
export async function timeLayers(
  network: Network,
  layers: readonly string[],
  variants: readonly Variant[],
  {
    threads,
    batch,
    imageShape,
    precision = "fp32",
    runs,
    memory = process.availableMemory() / 2,
    onProgress,
    clock,
  }: LayerTimesOptions,
): Promise<{ times: LayerTime[]; busy: number }> {
  const input = normalTensor([batch, ...imageShape], 0);
  const atOnce = Math.max(1, Math.floor(memory / sessionBytes(network, batch, imageShape)) - 1);
  const timed: Variant[] = precision === "fp32" ? [...variants] : [new Map(), ...variants];
  const form = (variant: Variant) => {
    const split = placeholderSplits(network, variant);
    return precision === "fp32" ? split : placeholderInt8(split);
  };
  const groups = Math.max(1, Math.ceil(timed.length / atOnce));
  const times: LayerTime[] = [];
  let firstTotal: number | undefined;
  let busy = 0;
  for (let group = 0; group < groups; group++) {
    const members = timed.slice(group * atOnce, (group + 1) * atOnce);
    const forms = [network, ...members.map(form)];
    const reported = (done: number, total: number) => onProgress?.(group * total + done, groups * total);
    const { operators: profiles, busy: meanwhile } = await profileOperators(forms, input, {
      threads,
      runs,
      mostRuns: 3 * runs,
      clock,
      onProgress: reported,
    });
    busy = Math.max(busy, meanwhile);
    const total = profiles[0].reduce((sum, { ms }) => sum + ms, 0);
    firstTotal ??= total;
    for (const [i, variant] of [new Map(), ...members].entries()) {
      if (i === 0 && precision !== "fp32") continue;
      for (const time of layerTimes(forms[i], layers, variant, profiles[i]))
        times.push({ ...time, ms: (time.ms * firstTotal) / total });
    }
  }
  return { times, busy };
}

/** About what a session takes: the weights twice, as given and as prepared, and twice the values of the widest node. */
function sessionBytes(network: Network, batch: number, imageShape: readonly number[]): number {
  const all = costs(network, [...imageShape]);
  const parameters = all.reduce((sum, cost) => sum + cost.parameters, 0);
  return 8 * parameters + 2 * batch * Math.max(...all.map((cost) => cost.bytes - 4 * cost.parameters));
}

/**
 * Each layer's time in a variant's profile, its factors' together; of the network as it is also the rest's.
 * @param form the network that ran.
 * @param operators in the order in which they ran.
 */
export function layerTimes(
  form: Network,
  layers: readonly string[],
  variant: Variant,
  operators: readonly OperatorTime[],
): LayerTime[] {
  const layerOf = new Map(layers.flatMap((layer) => [layer, ...partsOf(layer)].map((part) => [part, layer])));
  const ms = new Map([...layers, rest].map((layer) => [layer, 0]));
  let before = rest;
  for (const operator of operators) {
    const owner = ownerOf(form, operator.name);
    // A change of layout comes right after the operator whose output it rewrites.
    const layer = owner ? (layerOf.get(owner.name) ?? rest) : before;
    ms.set(layer, (ms.get(layer) as number) + operator.ms);
    before = layer;
  }
  if (variant.size > 0) ms.delete(rest);
  return [...ms].map(([layer, sum]) => ({ layer, ranks: variant.get(layer), ms: sum }));
}
