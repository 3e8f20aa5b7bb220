import { FileError } from "../../core/errors";
import { sha256 } from "../../core/files";
import { sizeOf } from "../../core/tensor";
import { imagesInMemory, type LabelledImages } from "./labelledImages";

/** Of an image: the red plane, the green, the blue, each row by row. */
const shape = [3, 32, 32] as const;
export const imageBytes = sizeOf(shape);

/** How a record begins, and what its class is. */
export interface RecordLayout {
  /** Bytes before the pixels, and which of them is the class: CIFAR-100's records bear two labels. */
  labelBytes: number;
  labelAt: number;
  /** Labels are below it. */
  classes: number;
}

/**
 * Images in the layout of CIFAR's binary versions (www.cs.toronto.edu/~kriz/cifar.html): records of one or two label bytes and
 * 3072 pixel bytes, any number of them.
 * @param file that the bytes come from, for errors.
 * @throws FileError if their number is no multiple of a record's, or a label is not below `classes`.
 */
export function imagesOfRecords(
  file: string,
  bytes: Uint8Array,
  { labelBytes, labelAt, classes }: RecordLayout,
): LabelledImages {
  const recordBytes = labelBytes + imageBytes;
  const count = bytes.length / recordBytes;
  if (count === 0) throw new FileError(file, "is empty");
  if (!Number.isInteger(count)) {
    throw new FileError(
      file,
      `has ${bytes.length} bytes, no multiple of ${recordBytes}: incomplete, or not CIFAR's binary version`,
    );
  }
  const labels = new Int32Array(count);
  const pixels = new Uint8Array(count * imageBytes);
  for (let i = 0; i < count; i++) {
    const start = i * recordBytes;
    labels[i] = bytes[start + labelAt];
    if (labels[i] >= classes) throw new FileError(file, wrongLabel(labels[i], i, classes));
    pixels.set(bytes.subarray(start + labelBytes, start + recordBytes), i * imageBytes);
  }
  return imagesInMemory(pixels, shape, labels, sha256(bytes));
}

function wrongLabel(label: number, image: number, classes: number): string {
  return `has label ${label} at image ${image}: labels are 0 to ${classes - 1} unless the list of classes beside it names more`;
}
