import { createHash } from "node:crypto";
import { requireWhole } from "../../core/errors";
import { sizeOf } from "../../core/tensor";
import { type Preprocessing, reportPreprocessing } from "./preprocessing";

/** Images with their classes, in file order, in memory or in a file. */
export interface LabelledImages {
  count: number;
  /** Channels, height and width of each image as stored. */
  shape: readonly [number, number, number];
  /** Bytes of images from … to−1: of each its planes one after another, row by row; a view, or read from a file. */
  pixels(from: number, to: number): Uint8Array;
  /** (count). */
  labels: Int32Array;
  /** Of the files they come from; of a part of the images, the same. */
  sha256: string;
  /** What is done to them on their way into a network. */
  preprocessing: Preprocessing;
}

/** Images to learn from and others to test on, of the same classes. */
export interface ImageSet {
  train: LabelledImages;
  test: LabelledImages;
  /** One for each class: a label is an index into them. */
  classNames: string[];
  /** What they were read as. */
  kind: string;
  /** What else is worth saying: how they were split, what was ignored. */
  notes: string[];
}

/** As many images as labels, one after another in memory, to be preprocessed as in the report. */
export function imagesInMemory(
  bytes: Uint8Array,
  shape: LabelledImages["shape"],
  labels: Int32Array,
  sha256: string,
): LabelledImages {
  const size = sizeOf(shape);
  const pixels = (from: number, to: number) => bytes.subarray(from * size, to * size);
  return { count: labels.length, shape, pixels, labels, sha256, preprocessing: reportPreprocessing };
}

/** Shape of one image as a network takes it. */
export function inputShape({ preprocessing: { size, mean } }: Pick<LabelledImages, "preprocessing">): number[] {
  return [mean.length, size, size];
}

/** A shape that ends as the report's, (…, 3, 128, 128), with channels and sides as a network takes these images; another as it is. */
export function shapeFor(images: LabelledImages, shape: readonly number[]): number[] {
  const isReports = shape.slice(-3).join() === inputShape({ preprocessing: reportPreprocessing }).join();
  return isReports ? [...shape.slice(0, -3), ...inputShape(images)] : [...shape];
}

/**
 * The first `count` images in file order, or all if there are fewer; views, not copies.
 * @throws UserError unless the count is a whole number.
 */
export function firstImages(images: LabelledImages, count: number): LabelledImages {
  requireWhole("images", count, 0);
  const kept = Math.min(count, images.count);
  return { ...images, count: kept, labels: images.labels.subarray(0, kept) };
}

/** The images from that one on; views, not copies. */
export function imagesFrom(images: LabelledImages, first: number): LabelledImages {
  return {
    ...images,
    count: images.count - first,
    pixels: (from, to) => images.pixels(first + from, first + to),
    labels: images.labels.subarray(first),
  };
}

const batchSize = 64;

/** A checksum of all that a network sees of the images: their bytes, read batch by batch, and their preprocessing. */
export function contentKey({ count, shape, preprocessing, pixels }: LabelledImages): string {
  const hash = createHash("sha256").update(JSON.stringify({ count, shape, preprocessing }));
  for (let from = 0; from < count; from += batchSize) hash.update(pixels(from, Math.min(count, from + batchSize)));
  return hash.digest("hex");
}
