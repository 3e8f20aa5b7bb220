import { FileError } from "../../core/errors";
import { Global, type PickleMeaning, type PickleValue, Unpickler } from "../checkpoint/pickle";
import { imageBytes } from "./cifarRecords";

/** A NumPy array of bytes, as a pickle describes it. */
class PickledArray {
  bytes = "";
  /** Whether the first axis varies fastest. */
  fortran = false;
}

type Value = PickleValue<PickledArray>;

/** CIFAR-100's training images take 155 MB. */
const longest = 2 ** 28;

const arrayMaker = "numpy.core.multiarray._reconstruct";
const allowedNames = [arrayMaker, "numpy.ndarray", "numpy.dtype"];

const meaning: PickleMeaning<PickledArray> = {
  global(name) {
    if (!allowedNames.includes(name)) throw new Error("it asks for what is no array");
  },
  call: (name) => (name === arrayMaker ? new PickledArray() : new Global(name)),
  build(array, state) {
    if (!(array instanceof PickledArray)) return;
    const [fortran, bytes] = Array.isArray(state) ? state.slice(3) : [];
    if (typeof bytes !== "string") throw new Error("it describes an array as NumPy does not");
    Object.assign(array, { bytes, fortran: fortran === true });
  },
  persistent() {
    throw new Error("it names storages");
  },
};

/** A dictionary of lists, texts and an array. Nothing in it is executed. @param file that it comes from, for errors. */
function readPickle(file: string, bytes: Buffer): Map<unknown, Value> {
  try {
    const value = new Unpickler(bytes, meaning, 0, { longest, encoding: "latin1" }).read();
    if (value instanceof Map) return value;
    throw new Error("it holds no dictionary");
  } catch (cause) {
    throw new FileError(file, `is no pickle of CIFAR's Python version: ${(cause as Error).message}`);
  }
}

/**
 * The records that CIFAR's binary version has where a pickle of its Python version has dictionaries.
 * @param labels names of the lists of labels, in the order of a record's bytes.
 * @throws FileError if it holds none, or not as many as images.
 */
export function recordsOfPickle(file: string, bytes: Buffer, labels: readonly string[]): Buffer {
  const entries = readPickle(file, bytes);
  const data = entries.get("data");
  const pixels = data instanceof PickledArray ? Buffer.from(data.bytes, "latin1") : Buffer.alloc(0);
  const count = pixels.length / imageBytes;
  const lists = labels.map((name) => entries.get(name) as Value[] | undefined);
  if (count === 0 || lists.some((list) => !Array.isArray(list) || list.length !== count || !list.every(isByte)))
    throw new FileError(file, `does not hold as many ${labels.join(", ")} as images of ${imageBytes} bytes`);
  const [image, byte] = (data as PickledArray).fortran ? [1, count] : [imageBytes, 1];
  const records = Buffer.alloc(count * (labels.length + imageBytes));
  for (let i = 0, at = 0; i < count; i++) {
    for (const list of lists) records[at++] = list?.[i] as number;
    for (let place = 0; place < imageBytes; place++) records[at++] = pixels[i * image + place * byte];
  }
  return records;
}

const isByte = (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256;

/** Names of classes, from the pickle beside the images. @throws FileError if it holds no such list. */
export function classNamesOfPickle(file: string, bytes: Buffer, list: string): string[] {
  const names = readPickle(file, bytes).get(list);
  if (Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string"))
    return names.map((name) => Buffer.from(name as string, "latin1").toString("utf8"));
  throw new FileError(file, `holds no list of ${list}`);
}
