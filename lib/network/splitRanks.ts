import type { Conv } from "./network";

/** Engines compute channels in blocks: a rank that is no multiple takes the time of the next one. */
const block = 8;

/**
 * Channels to which a convolution's inputs are narrowed where its outputs are split at a rank: the same share, so that the
 * two together are a Tucker-2 decomposition (Kim et al. 2016). Where it was measured, it took less time than an output
 * split of the same error.
 * @returns undefined for 1 × 1 kernels and few inputs, where narrowing saves nothing: an output split alone.
 */
export function inputRank({ weight: { shape } }: Conv, rank: number): number | undefined {
  const [out, inputs, high, wide] = shape;
  if (high * wide === 1 || inputs < 2 * block) return undefined;
  const narrowed = Math.max(block, block * Math.round((inputs * rank) / out / block));
  return narrowed < inputs ? narrowed : undefined;
}

/**
 * Multiply-accumulates for each place of the output: of a convolution as it is, or split at a rank.
 * It is to be padded so that a stride of 1 keeps the sides, as all of ResNet's are.
 */
export function macsOfSplit(conv: Conv, rank?: number): number {
  const [out, inputs, high, wide] = conv.weight.shape;
  if (rank === undefined) return out * inputs * high * wide;
  const narrowed = inputRank(conv, rank);
  const before = narrowed === undefined ? 0 : inputs * narrowed * conv.stride[0] * conv.stride[1];
  return before + rank * (narrowed ?? inputs) * high * wide + out * rank;
}

/**
 * Bytes of a convolution's weights and biases as float32: as it is, or split at a rank, where the last part has a bias
 * whatever the layer has itself, since fits keep the mean of the answers there.
 */
export function bytesOfSplit(conv: Conv, rank?: number): number {
  const [out, inputs, high, wide] = conv.weight.shape;
  if (rank === undefined) return 4 * (out * inputs * high * wide + (conv.bias ? out : 0));
  const narrowed = inputRank(conv, rank);
  const before = narrowed === undefined ? 0 : inputs * narrowed;
  return 4 * (before + rank * (narrowed ?? inputs) * high * wide + out * rank + out);
}

/** Names of the convolutions that take the place of one. */
export function partsOf(layer: string): string[] {
  return [narrowingOf(layer), `${layer}.0`, `${layer}.1`];
}

/** Name of the convolution that narrows a layer's inputs. */
export function narrowingOf(layer: string): string {
  return `${layer}.in`;
}
