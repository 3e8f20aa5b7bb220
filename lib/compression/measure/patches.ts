import type { Conv } from "../../network/network";
import { Random } from "../../core/random";
import { sizeOf, type Tensor, tensor } from "../../core/tensor";
import type { LayerBatch } from "./walk";

/** Rows drawn at most: of all images, and of one, since positions of one image are much alike. */
const mostRows = 65_536;
const mostOfImage = 256;

/** What a layer's kernel saw at some positions, and what its outputs lacked there. */
export interface PatchRows {
  /** (rows, in · height · width, 1, 1): the numbers under the kernel, 0 beyond the border. */
  patches: Tensor;
  /** (rows, out, 1, 1): what the outputs were to be less what they were. */
  missing: Tensor;
}

/** Random positions of calibration images, the same number of every image. */
export class PatchSampler {
  private readonly random = new Random(0);
  private readonly perImage: number;

  /** @param images that will be drawn from. */
  constructor(
    private readonly conv: Conv,
    private readonly images: number,
  ) {
    this.perImage = Math.max(1, Math.min(mostOfImage, Math.floor(mostRows / images)));
  }

  /** Rows drawn over all images, where outputs have so many positions. */
  total(positions: number): number {
    return this.images * Math.min(this.perImage, positions);
  }

  rowsOf({ input, response, target }: LayerBatch): PatchRows {
    const [images, out, height, width] = response.shape;
    const positions = height * width;
    const count = Math.min(this.perImage, positions);
    const size = sizeOf(this.conv.weight.shape.slice(1));
    const patches = tensor([images * count, size, 1, 1]);
    const missing = tensor([images * count, out, 1, 1]);
    for (let row = 0; row < images * count; row++) {
      const image = Math.floor(row / count);
      const position = count === positions ? row % count : this.random.integer(positions);
      copyPatch(this.conv, input, image, [Math.floor(position / width), position % width], patches, row);
      for (let channel = 0; channel < out; channel++) {
        const at = (image * out + channel) * positions + position;
        missing.data[row * out + channel] = target.data[at] - response.data[at];
      }
    }
    return { patches, missing };
  }
}

/** Writes the numbers under a kernel at a position of the outputs to a row of a matrix; what is beyond the border stays. */
export function copyPatch(
  conv: Conv,
  inputs: Tensor,
  image: number,
  [down, right]: [number, number],
  to: Tensor,
  row: number,
) {
  const { weight, stride, padding } = conv;
  const [, , kernelHeight, kernelWidth] = weight.shape;
  const [, channels, height, width] = inputs.shape;
  const [top, left] = [down * stride[0] - padding[0], right * stride[1] - padding[1]];
  const [firstRow, lastRow] = [Math.max(0, -top), Math.min(kernelHeight, height - top)];
  const [firstColumn, lastColumn] = [Math.max(0, -left), Math.min(kernelWidth, width - left)];
  for (let channel = 0; channel < channels; channel++) {
    const start = (row * channels + channel) * kernelHeight * kernelWidth;
    const from = (image * channels + channel) * height * width + top * width + left;
    for (let y = firstRow; y < lastRow; y++)
      for (let x = firstColumn; x < lastColumn; x++)
        to.data[start + y * kernelWidth + x] = inputs.data[from + y * width + x];
  }
}
