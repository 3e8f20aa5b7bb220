import { FileError, requireWhole } from "../../core/errors";
import { readBounded, sha256 } from "../../core/files";

/** Side of an image, and bytes of one: the red plane, the green, the blue, each row by row. */
export const imageSide = 32;
export const imageBytes = 3 * imageSide * imageSide;

/** Classes of CIFAR-10, and of images whose folder names none. */
export const classCount = 10;

const recordBytes = 1 + imageBytes;

/** Images with their classes, in file order. */
export interface LabelledImages {
  count: number;
  /** count × 3072 bytes. */
  pixels: Uint8Array;
  labels: Uint8Array;
  /** Of the file they come from; of a part of its images, the same. */
  sha256: string;
}

/**
 * Reads a file of CIFAR-10's binary version (www.cs.toronto.edu/~kriz/cifar.html): records of one label byte and 3072
 * pixel bytes, any number of them.
 * @param classes labels are below it.
 * @throws FileError if the file is missing, its length is no multiple of a record's, or a label is not below `classes`.
 */
export async function readCifar10(file: string, classes = classCount): Promise<LabelledImages> {
  const bytes = await readBounded(file, "file of CIFAR-10");
  const count = bytes.length / recordBytes;
  if (count === 0) throw new FileError(file, "is empty");
  if (!Number.isInteger(count)) {
    throw new FileError(
      file,
      `has ${bytes.length} bytes, no multiple of ${recordBytes}: incomplete, or not CIFAR-10's binary version`,
    );
  }
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * imageBytes);
  for (let i = 0; i < count; i++) {
    const start = i * recordBytes;
    labels[i] = bytes[start];
    if (labels[i] >= classes) throw new FileError(file, wrongLabel(labels[i], i, classes));
    pixels.set(bytes.subarray(start + 1, start + recordBytes), i * imageBytes);
  }
  return { count, pixels, labels, sha256: sha256(bytes) };
}

function wrongLabel(label: number, image: number, classes: number): string {
  return `has label ${label} at image ${image}: labels are 0 to ${classes - 1} unless batches.meta.txt beside it names more classes`;
}

/**
 * The first `count` images in file order, or all if there are fewer; views, not copies.
 * @throws UserError unless the count is a whole number.
 */
export function firstImages(images: LabelledImages, count: number): LabelledImages {
  requireWhole("images", count, 0);
  const kept = Math.min(count, images.count);
  return {
    count: kept,
    pixels: images.pixels.subarray(0, kept * imageBytes),
    labels: images.labels.subarray(0, kept),
    sha256: images.sha256,
  };
}
