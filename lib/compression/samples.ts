import { Random } from "../random";
import { sizeOf, stacked, type Tensor } from "../tensor";
import type { Samples } from "./reluAware";
import type { LayerBatch } from "./walk";

/** Rows kept of a layer at most: some tens for each of 512 channels. */
const mostRows = 16384;

/**
 * Random positions of the calibration images, the same number of every image (Zhang et al. 2015 take ten), as rows: what
 * an iterative fit works on, of a size that does not grow with the number of images.
 */
export class PositionSamples {
  private readonly random = new Random(0);
  private readonly x: Float32Array[] = [];
  private readonly y: Float32Array[] = [];
  private readonly added: Float32Array[] = [];
  private readonly perImage: number;

  /** @param images that will be added. */
  constructor(images: number) {
    this.perImage = Math.max(1, Math.floor(mostRows / images));
  }

  add({ response, target, added }: LayerBatch): void {
    const [count, , ...sides] = response.shape;
    const positions = sizeOf(sides);
    for (let image = 0; image < count && this.x.length < mostRows; image++)
      for (let i = 0; i < Math.min(this.perImage, positions); i++) {
        const position = this.perImage >= positions ? i : this.random.integer(positions);
        this.x.push(channelsAt(response, image, position));
        this.y.push(channelsAt(target, image, position));
        if (added) this.added.push(channelsAt(added, image, position));
      }
  }

  samples(): Samples {
    const [x, y, added] = [this.x, this.y, this.added].map(stacked);
    return { x, y, added: this.added.length > 0 ? added : undefined };
  }
}

function channelsAt({ shape: [, channels, ...sides], data }: Tensor, image: number, position: number): Float32Array {
  const positions = sizeOf(sides);
  const start = image * channels * positions + position;
  const row = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) row[channel] = data[start + channel * positions];
  return row;
}
