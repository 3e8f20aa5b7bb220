import type { Conv } from "../../network/network";
import { Random } from "../../core/random";
import { sizeOf, type Tensor, tensor } from "../../core/tensor";
import { copyPatch } from "./patches";
import type { LayerBatch } from "./walk";

/** Positions drawn from the calibration images, a row each. */
export interface Samples {
  /** (n, p): what the layer is fitted from. */
  x: Tensor;
  /** (n, q): what is to be met before the activation. */
  y: Tensor;
  /** (n, q): what the network adds before the activation (a shortcut), where it does. */
  added?: Tensor;
}

/** Rows kept of a layer at most: some tens for each of 512 channels. */
const mostRows = 16384;

/**
 * Random positions of the calibration images, the same number of every image (Zhang et al. 2015 take ten), as rows: what
 * an iterative fit works on, of a size that does not grow with the number of images.
 */
export class PositionSamples {
  private readonly random = new Random(0);
  private rows?: Samples;
  private count = 0;

  /** @param images that will be added. */
  constructor(private readonly images: number) {}

  /** @param conv with it, x is what its kernel sees instead of what it gives: (n, in · height · width). */
  add(batch: LayerBatch, conv?: Conv): void {
    const [count, channels, height, width] = batch.response.shape;
    const positions = height * width;
    const perImage = Math.min(positions, Math.max(1, Math.floor(mostRows / this.images)));
    const matrix = (columns = channels) => tensor([Math.min(mostRows, this.images * perImage), columns]);
    const size = conv && sizeOf(conv.weight.shape.slice(1));
    this.rows ??= { x: matrix(size), y: matrix(), added: batch.added && matrix() };
    const { x, y, added } = this.rows;
    for (let image = 0; image < count; image++)
      for (let i = 0; i < perImage && this.count < x.shape[0]; i++, this.count++) {
        const position = perImage === positions ? i : this.random.integer(positions);
        if (conv) copyPatch(conv, batch.input, image, [Math.floor(position / width), position % width], x, this.count);
        else copyChannels(batch.response, image, position, x, this.count);
        copyChannels(batch.target, image, position, y, this.count);
        if (batch.added && added) copyChannels(batch.added, image, position, added, this.count);
      }
  }

  /** @throws Error if nothing was added. */
  samples(): Samples {
    if (!this.rows) throw new Error("no samples of no positions");
    return this.rows;
  }
}

function copyChannels(from: Tensor, image: number, position: number, to: Tensor, row: number): void {
  const [, channels, ...sides] = from.shape;
  const positions = sizeOf(sides);
  const start = image * channels * positions + position;
  for (let channel = 0; channel < channels; channel++)
    to.data[row * channels + channel] = from.data[start + channel * positions];
}
