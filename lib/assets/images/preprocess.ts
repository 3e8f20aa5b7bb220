import { type Tensor, tensor } from "../../core/tensor";
import { imageBytes, imageSide, type LabelledImages } from "./cifar10";
import { resizeThrough } from "./resize";

/** Side to which the report resizes images (its chapter 3). */
export const reportSide = 128;

/** Mean and standard deviation of ImageNet's channels, for values in [0, 1]. */
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

/** For each channel and byte, (byte/255 − mean)/deviation in the float32 steps that torchvision takes. */
const normalised = mean.map((_, channel) =>
  Float32Array.from({ length: 256 }, (_, byte) => {
    const centred = Math.fround(Math.fround(byte / 255) - Math.fround(mean[channel]));
    return centred / Math.fround(deviation[channel]);
  }),
);

/**
 * The report's preprocessing (chapter 3), as torchvision does it: Resize(side) bilinear, CenterCrop(side), which leaves
 * a square image as it is, scaling to [0, 1] and normalisation with ImageNet's statistics.
 * @returns images from … to−1 as (to−from, 3, side, side).
 */
export function preprocess(images: LabelledImages, from: number, to: number, side = reportSide): Tensor {
  const result = tensor([to - from, 3, side, side]);
  const [before, after] = [imageSide, side].map((pixels) => ({ width: pixels, height: pixels }));
  const numbers = 3 * side * side;
  for (let i = from; i < to; i++) {
    const image = images.pixels.subarray(i * imageBytes, (i + 1) * imageBytes);
    const target = result.data.subarray((i - from) * numbers, (i - from + 1) * numbers);
    resizeThrough(image, before, after, normalised, target);
  }
  return result;
}
