import { FileError } from "../../core/errors";
import { type StateDict, sizeOf, type Tensor } from "../../core/tensor";
import { bfloat16, float16, float32, float64, int64, type NumberFormat } from "./numberFormat";
import { Global, NotRead, type PickleMeaning, type PickleValue, Unpickler } from "./pickle";

/** A block of numbers that tensors share; the pickle names it, its bytes lie elsewhere in the file. */
export class Storage {
  constructor(
    readonly key: string,
    readonly format: NumberFormat,
    readonly count: number,
  ) {}
}

/** A tensor as the pickle describes it: a view of a storage, not yet checked against it. */
class PickledTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: number[],
    readonly strides: number[],
  ) {}
}

/** Tensor descriptions by name, as unpickled. */
export type PickledStateDict = Map<string, PickledTensor>;

type Value = PickleValue<Storage | PickledTensor>;

const storageFormats = new Map([
  ["torch.FloatStorage", float32],
  ["torch.HalfStorage", float16],
  ["torch.BFloat16Storage", bfloat16],
  ["torch.DoubleStorage", float64],
  ["torch.LongStorage", int64],
]);

const orderedDict = "collections.OrderedDict";
const tensorBuilder = "torch._utils._rebuild_tensor_v2";
const parameterBuilder = "torch._utils._rebuild_parameter";
const allowedNames = new Set([orderedDict, tensorBuilder, parameterBuilder, ...storageFormats.keys()]);

/** torch's own limit on the number of axes. */
const mostAxes = 64;

const onlyStateDicts = "only a plain state dict is read, as torch.save(model.state_dict(), file) writes it";

/** Reads the pickles of one file that torch.save wrote. All methods throw FileError. */
export class TorchUnpickler {
  private readonly unpickler: Unpickler<Storage | PickledTensor>;

  constructor(
    private readonly file: string,
    bytes: Buffer,
    position = 0,
  ) {
    const meaning: PickleMeaning<Storage | PickledTensor> = {
      global: (name) => {
        if (!allowedNames.has(name)) throw this.refusal(`refused: its pickle asks for ${printable(name)}`);
      },
      call: (name, parameters) => this.call(name, parameters),
      persistent: (id) => this.storage(id),
    };
    this.unpickler = new Unpickler(bytes, meaning, position);
  }

  /** Where the last pickle read ended. */
  get position(): number {
    return this.unpickler.position;
  }

  /** The next pickle's value. */
  read(): Value {
    try {
      return this.unpickler.read();
    } catch (cause) {
      if (cause instanceof FileError) throw cause;
      if (cause instanceof NotRead) throw this.refusal(`its pickle ${cause.message}`);
      throw new FileError(this.file, `is damaged: its pickle cannot be read, ${(cause as Error).message}`);
    }
  }

  /** The next pickle, which must be a dictionary of tensors. */
  readStateDict(): PickledStateDict {
    const value = this.read();
    if (!(value instanceof Map)) throw this.refusal("holds no state dict");
    for (const [name, entry] of value) {
      if (!(entry instanceof PickledTensor)) throw this.refusal(`its entry ${printable(name)} is no tensor`);
    }
    return value as PickledStateDict;
  }

  private refusal(what: string): FileError {
    return new FileError(this.file, `${what}; ${onlyStateDicts}`);
  }

  private call(name: string, parameters: Value[]): Value {
    if (name === orderedDict && parameters.length === 0) return new Map();
    if (name === parameterBuilder && parameters[0] instanceof PickledTensor) return parameters[0];
    const [storage, offset, shape, strides] = parameters;
    const isView = storage instanceof Storage && isCount(offset) && areCounts(shape) && areCounts(strides);
    if (name === tensorBuilder && isView && shape.length === strides.length) {
      return new PickledTensor(storage, offset, [...shape], [...strides]);
    }
    throw new FileError(this.file, `is damaged: it calls ${name} with parameters that torch does not write`);
  }

  /** torch's persistent id of a storage: ("storage", type, key, device, count) and, before torch 1.6, null. */
  private storage(id: Value): Storage {
    const [tag, type, key, , count, view] = Array.isArray(id) ? id : [];
    const format = type instanceof Global ? storageFormats.get(type.name) : undefined;
    if (tag === "storage" && format && typeof key === "string" && isCount(count) && !view) {
      return new Storage(key, format, count);
    }
    throw new FileError(this.file, "is damaged: it describes a storage as torch does not");
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isCount);
}

function printable(text: string): string {
  return text.slice(0, 80).replace(/[^\x20-\x7e]/g, "?");
}

/**
 * Gives each described tensor its numbers.
 * @param bytesOf the bytes of a storage, exactly as many as it claims.
 * @throws FileError if a tensor reaches beyond its storage, or if those that must be copied claim more numbers than are
 *   stored at all: checked before anything is allocated.
 */
export function toStateDict(
  file: string,
  pickled: PickledStateDict,
  bytesOf: (storage: Storage) => Uint8Array,
): StateDict {
  const storages = new Map<string, { storage: Storage; bytes: Uint8Array }>();
  let copied = 0;
  for (const [name, view] of pickled) {
    const { storage, offset, shape, strides } = view;
    const known = storages.get(storage.key) ?? { storage, bytes: bytesOf(storage) };
    storages.set(storage.key, known);
    if (known.storage.format !== storage.format || known.storage.count !== storage.count) {
      throw new FileError(file, `is damaged: ${printable(name)} describes its storage unlike the tensor before it`);
    }
    const end = sizeOf(shape) && shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis], offset + 1);
    if (!(end <= storage.count)) throw new FileError(file, `is damaged: ${printable(name)} reaches beyond its storage`);
    if (!isRowMajor(view)) copied += sizeOf(shape);
  }
  const stored = [...storages.values()].reduce((sum, { storage }) => sum + storage.count, 0);
  if (!(copied <= stored)) throw new FileError(file, `its tensors claim ${copied} numbers, but it stores ${stored}`);

  const numbers = new Map<string, Float32Array>();
  for (const [key, { storage, bytes }] of storages) numbers.set(key, storage.format.toFloat32(bytes));
  return new Map([...pickled].map(([name, view]) => [name, toTensor(view, numbers.get(view.storage.key)!)]));
}

function isRowMajor({ shape, strides }: PickledTensor): boolean {
  return (
    sizeOf(shape) === 0 || shape.every((side, axis) => side === 1 || strides[axis] === rowMajorStride(shape, axis))
  );
}

function rowMajorStride(shape: number[], axis: number): number {
  return sizeOf(shape.slice(axis + 1));
}

/** The tensor a view describes, in row-major order: itself a view of the numbers where they lie in that order. */
function toTensor(view: PickledTensor, numbers: Float32Array): Tensor {
  const { shape, strides, offset } = view;
  const size = sizeOf(shape);
  if (isRowMajor(view)) return { shape, data: numbers.subarray(offset, offset + size) };
  const steps = shape.map((_, axis) => rowMajorStride(shape, axis));
  const data = Float32Array.from({ length: size }, (_, i) => {
    let position = offset;
    for (let axis = 0; axis < shape.length; axis++) {
      position += (Math.floor(i / steps[axis]) % shape[axis]) * strides[axis];
    }
    return numbers[position];
  });
  return { shape, data };
}
