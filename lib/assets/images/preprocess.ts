import { sizeOf, type Tensor, tensor } from "../../core/tensor";
import { inputShape, type LabelledImages } from "./labelledImages";
import type { Preprocessing } from "./preprocessing";
import { resizeThrough } from "./resize";

/** For each channel and byte, (byte/255 − mean)/deviation in the float32 steps that torchvision takes. */
function normalised({ mean, deviation }: Preprocessing): Float32Array[] {
  return mean.map((_, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => {
      const centred = Math.fround(Math.fround(byte / 255) - Math.fround(mean[channel]));
      return centred / Math.fround(deviation[channel]);
    }),
  );
}

/**
 * Images as a network takes them, as torchvision makes them: Resize(size) bilinear, which leaves an image of that size as it
 * is, scaling to [0, 1] and normalisation.
 * @returns images from … to−1 as (to−from, channels, size, size).
 */
export function preprocess(images: LabelledImages, from: number, to: number): Tensor {
  const { shape, preprocessing } = images;
  const [before, after] = [shape[1], preprocessing.size].map((side) => ({ width: side, height: side }));
  const [stored, numbers] = [sizeOf(shape), sizeOf(inputShape(images))];
  const [tables, bytes] = [normalised(preprocessing), images.pixels(from, to)];
  const result = tensor([to - from, ...inputShape(images)]);
  for (let i = 0; i < to - from; i++) {
    const planes = channelsOf(bytes.subarray(i * stored, (i + 1) * stored), tables.length);
    resizeThrough(planes, before, after, tables, result.data.subarray(i * numbers, (i + 1) * numbers));
  }
  return result;
}

/** An image's three planes, or the luminance that Pillow's `convert("L")` makes of them, where the network takes one. */
function channelsOf(planes: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return planes;
  const size = planes.length / 3;
  return Uint8Array.from(
    { length: size },
    (_, i) => (planes[i] * 19595 + planes[size + i] * 38470 + planes[2 * size + i] * 7471 + 0x8000) >> 16,
  );
}
