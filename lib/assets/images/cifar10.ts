import { FileError } from "../../core/errors";
import { readBounded, sha256 } from "../../core/files";
import { sizeOf } from "../../core/tensor";
import { imagesInMemory, type LabelledImages } from "./labelledImages";

/** Of an image: the red plane, the green, the blue, each row by row. */
const shape = [3, 32, 32] as const;
const imageBytes = sizeOf(shape);

/** Classes of CIFAR-10, and of images whose folder names none. */
export const classCount = 10;

const recordBytes = 1 + imageBytes;

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
  const labels = new Int32Array(count);
  const pixels = new Uint8Array(count * imageBytes);
  for (let i = 0; i < count; i++) {
    const start = i * recordBytes;
    labels[i] = bytes[start];
    if (labels[i] >= classes) throw new FileError(file, wrongLabel(labels[i], i, classes));
    pixels.set(bytes.subarray(start + 1, start + recordBytes), i * imageBytes);
  }
  return imagesInMemory(pixels, shape, labels, sha256(bytes));
}

function wrongLabel(label: number, image: number, classes: number): string {
  return `has label ${label} at image ${image}: labels are 0 to ${classes - 1} unless batches.meta.txt beside it names more classes`;
}
