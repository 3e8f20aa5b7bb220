import type { LabelledImages } from "../../assets/images/labelledImages";
import { preprocess } from "../../assets/images/preprocess";
import { varied } from "../../assets/images/varied";
import { Random } from "../../core/random";
import { sizeOf, type Tensor } from "../../core/tensor";
import type { Lesson } from "./tuner";

const batchSize = 64;

/**
 * What each step learns from: every epoch all images in an order of its own, each mirrored or not and shifted. The same step
 * has the same lesson whenever it is asked for; the first epoch's answers are kept, since each trial of a rate begins with them.
 */
export class Lessons {
  private readonly answers = new Map<number, Tensor>();
  /** The epoch at hand, and the images' order in it. */
  private epoch = -1;
  private order: Uint32Array = new Uint32Array();

  constructor(
    private readonly images: LabelledImages,
    private readonly answer: (images: Tensor, labels: Int32Array) => Promise<Tensor>,
  ) {}

  /** Images that fill no batch are left out of an epoch, others each time. */
  get stepsAnEpoch(): number {
    return Math.max(1, Math.floor(this.images.count / batchSize));
  }

  async at(step: number): Promise<Lesson> {
    const epoch = Math.floor(step / this.stepsAnEpoch);
    const first = (step % this.stepsAnEpoch) * batchSize;
    if (epoch !== this.epoch) [this.epoch, this.order] = [epoch, new Random(epoch).permutation(this.images.count)];
    const chosen = imagesAt(this.images, this.order.subarray(first, first + batchSize));
    const images = preprocess(varied(chosen, step), 0, chosen.count);
    const targets = this.answers.get(step) ?? (await this.answer(images, chosen.labels));
    if (epoch === 0) this.answers.set(step, targets);
    return { images, targets };
  }
}

/** The images in those places, in that order. */
function imagesAt(images: LabelledImages, rows: Uint32Array): LabelledImages {
  const size = sizeOf(images.shape);
  return {
    ...images,
    count: rows.length,
    labels: Int32Array.from(rows, (row) => images.labels[row]),
    pixels: (from, to) => {
      const bytes = new Uint8Array((to - from) * size);
      rows.subarray(from, to).forEach((row, at) => {
        bytes.set(images.pixels(row, row + 1), at * size);
      });
      return bytes;
    },
  };
}
