import assert from "node:assert/strict";
import { run } from "../../lib/engines/run";
import { onnxRuntime } from "../../lib/engines/onnxRuntime";
import { convOf } from "../../lib/network/layerOf";
import type { Conv, Network } from "../../lib/network/network";
import { sizeOf, type Tensor } from "../../lib/core/tensor";
import { outputsAt } from "./plans";
import { smallLayers } from "./smallResnet";

const engine = onnxRuntime(1);

const fullRank = ({ weight: { shape, data } }: Conv) => Math.min(shape[0], data.length / shape[0]);

/** A share of each layer's full rank. */
export const shareOf = (of: Network, share: number, layers = smallLayers) =>
  outputsAt(layers.map((layer) => [layer, Math.max(1, Math.round(share * fullRank(convOf(of, layer))))]));

/** Σ (a − b)². */
export const squares = (a: Tensor, b: Tensor) => a.data.reduce((sum, value, i) => sum + (value - b.data[i]) ** 2, 0);

/** Σ (a − ā)², ā by channel, and the largest |a|. */
export function spread({ shape: [count, channels, ...sides], data }: Tensor): { energy: number; largest: number } {
  const positions = sizeOf(sides);
  const channelOf = (i: number) => Math.floor(i / positions) % channels;
  const means = new Float64Array(channels);
  data.forEach((value, i) => {
    means[channelOf(i)] += value / count / positions;
  });
  return {
    energy: data.reduce((sum, value, i) => sum + (value - means[channelOf(i)]) ** 2, 0),
    largest: data.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  };
}

/** An output error as a share of the original's variance. */
export function relativeError(original: Tensor, other: Tensor): number {
  assert.deepEqual(other.shape, original.shape);
  return squares(original, other) / spread(original).energy;
}

/** The largest difference of the logits, as a share of the largest logit. */
export async function logitDifference(a: Network, b: Network, on: Tensor): Promise<number> {
  const [one, other] = [await run(a, on, engine), await run(b, on, engine)];
  const largest = one.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return one.data.reduce((most, value, i) => Math.max(most, Math.abs(value - other.data[i])), 0) / largest;
}

/** Whether all numbers of the convolutions are. */
export const allFinite = ({ nodes }: Network) =>
  nodes.every(
    (node) =>
      node.kind !== "conv" ||
      [...node.weight.data, ...(node.bias?.data ?? [])].every((value) => Number.isFinite(value)),
  );
