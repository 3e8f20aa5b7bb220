import type { Conv } from "../network/network";
import { Random } from "../random";
import { sizeOf, type Tensor, tensor } from "../tensor";
import type { LayerBatch } from "./walk";

/** Rows drawn at most, over all images. */
const mostRows = 65_536;

/** What a layer's kernel saw at some positions, and what its answers lacked there. */
export interface PatchRows {
  /** (rows, in · height · width, 1, 1): the numbers under the kernel, 0 beyond the border. */
  patches: Tensor;
  /** (rows, out, 1, 1): what the layer was to answer less what it answered. */
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
    this.perImage = Math.max(1, Math.floor(mostRows / images));
  }

  /** Rows drawn over all images, where an answer has so many positions. */
  total(positions: number): number {
    return this.images * Math.min(this.perImage, positions);
  }

  /** @param inputs (N, in, H, W), of the same images as the batch. */
  rowsOf(inputs: Tensor, { response, target }: LayerBatch): PatchRows {
    const [images, out, high, wide] = response.shape;
    const positions = high * wide;
    const count = Math.min(this.perImage, positions);
    const size = sizeOf(this.conv.weight.shape.slice(1));
    const patches = tensor([images * count, size, 1, 1]);
    const missing = tensor([images * count, out, 1, 1]);
    for (let row = 0; row < images * count; row++) {
      const image = Math.floor(row / count);
      const position = count === positions ? row % count : this.random.integer(positions);
      this.copyPatch(inputs, image, [Math.floor(position / wide), position % wide], patches.data, row * size);
      for (let channel = 0; channel < out; channel++) {
        const at = (image * out + channel) * positions + position;
        missing.data[row * out + channel] = target.data[at] - response.data[at];
      }
    }
    return { patches, missing };
  }

  private copyPatch(inputs: Tensor, image: number, place: [number, number], to: Float32Array, start: number): void {
    const { weight, stride, padding } = this.conv;
    const [, , high, wide] = weight.shape;
    const [, channels, height, width] = inputs.shape;
    const [top, left] = [place[0] * stride[0] - padding[0], place[1] * stride[1] - padding[1]];
    let at = start;
    for (let channel = 0; channel < channels; channel++) {
      const plane = (image * channels + channel) * height;
      for (let y = top; y < top + high; y++)
        for (let x = left; x < left + wide; x++, at++)
          if (y >= 0 && y < height && x >= 0 && x < width) to[at] = inputs.data[(plane + y) * width + x];
    }
  }
}
