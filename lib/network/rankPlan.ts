import { UserError } from "../core/errors";
import type { Conv } from "./network";

/** Ranks that a convolution is split at. */
export interface LayerRanks {
  /** Channels between the layer's own kernel and the 1 × 1 convolution to all its outputs. */
  output: number;
  /** Channels to which a 1 × 1 convolution before it narrows its inputs; undefined: they stay. */
  input?: number;
}

/** What becomes of each layer; undefined: it stays as it is. */
export type RankPlan = ReadonlyMap<string, LayerRanks | undefined>;

/** Engines compute channels in blocks: a rank that is no multiple takes the time of the next one. */
const block = 8;

/**
 * The ranks of a split at both ends: the inputs are narrowed to the same share as the outputs, in whole blocks, so that
 * the two together are a Tucker-2 decomposition (Kim et al. 2016). Where it was measured, it took less time than an output
 * split of the same error. For 1 × 1 kernels and few inputs narrowing saves nothing: an output split alone.
 */
export function ranksOfBothEnds({ weight: { shape } }: Conv, output: number): LayerRanks {
  const [out, inputs, kernelHeight, kernelWidth] = shape;
  if (kernelHeight * kernelWidth === 1 || inputs < 2 * block) return { output };
  const input = Math.max(block, block * Math.round((inputs * output) / out / block));
  return input < inputs ? { output, input } : { output };
}

/** Whether both say the same; undefined is a layer as it is. */
export function sameRanks(a: LayerRanks | undefined, b: LayerRanks | undefined): boolean {
  return a?.output === b?.output && a?.input === b?.input;
}

/**
 * Multiply-accumulates for each place of the output: of a convolution as it is, or split at ranks.
 * It is to be padded so that a stride of 1 keeps the sides, as all of ResNet's are.
 */
export function macsOfSplit({ weight, stride }: Conv, ranks?: LayerRanks): number {
  const [out, inputs, kernelHeight, kernelWidth] = weight.shape;
  const places = kernelHeight * kernelWidth;
  if (!ranks) return out * inputs * places;
  const { output, input } = ranks;
  const narrowing = input === undefined ? 0 : inputs * input * stride[0] * stride[1];
  return narrowing + output * (input ?? inputs) * places + out * output;
}

/**
 * Bytes of a convolution's weights and biases as float32: as it is, or split at ranks, where the last part has a bias
 * whatever the layer has itself, since fits keep the mean of the outputs there.
 */
export function bytesOfSplit({ weight, bias }: Conv, ranks?: LayerRanks): number {
  const [out, inputs, kernelHeight, kernelWidth] = weight.shape;
  const places = kernelHeight * kernelWidth;
  if (!ranks) return 4 * (out * inputs * places + (bias ? out : 0));
  const { output, input } = ranks;
  const narrowing = input === undefined ? 0 : inputs * input;
  return 4 * (narrowing + output * (input ?? inputs) * places + out * output + out);
}

/** Names of the convolutions that may take the place of one. */
export function partsOf(layer: string): string[] {
  return [narrowingOf(layer), `${layer}.0`, `${layer}.1`];
}

/** Name of the convolution that narrows a layer's inputs. */
export function narrowingOf(layer: string): string {
  return `${layer}.in`;
}

/** @throws UserError for a convolution of several groups: no split of this project keeps them apart. */
export function requireOneGroup({ name, groups }: Conv): void {
  if (groups)
    throw new UserError(`${name} is a convolution of ${groups} groups, which stays as it is: choose another layer`);
}

/**
 * Refuses ranks that a factorization cannot have.
 * @param layer named in the error.
 * @param fullRank the largest rank, that of an exact factorization.
 * @throws UserError unless the rank is a whole number from 1 to the full one.
 */
export function checkRank(layer: string, rank: number, fullRank: number): void {
  if (Number.isInteger(rank) && rank >= 1 && rank <= fullRank) return;
  throw new UserError(`rank ${rank} for ${layer}: choose a whole number from 1 to ${fullRank}`);
}

/** What an ONNX file says of its ranks, as JSON: those of the outputs by layer, null for one as it was, and of the inputs narrowed. */
export function rankMetadata(plan: RankPlan): { ranks: string; input_ranks: string } {
  const narrowed = [...plan].flatMap(([layer, ranks]) => (ranks?.input === undefined ? [] : [[layer, ranks.input]]));
  return { ranks: JSON.stringify(outputRanks(plan)), input_ranks: JSON.stringify(Object.fromEntries(narrowed)) };
}

/** Ranks of the outputs by layer, null for a layer as it was. */
export function outputRanks(plan: RankPlan): Record<string, number | null> {
  return Object.fromEntries([...plan].map(([layer, ranks]) => [layer, ranks?.output ?? null]));
}
