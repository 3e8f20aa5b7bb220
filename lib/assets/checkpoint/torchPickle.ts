import { FileError, printable } from "../../core/errors";
import { isCount, type StateDict, sizeOf, type Tensor } from "../../core/tensor";
import { formats, type NumberFormat } from "./numberFormat";
import { otherTensors, wholeModule } from "./otherKinds";
import { Global, Inert, NotRead, type PickleMeaning, type PickleValue, Unpickler } from "./pickle";
import { isDictionary, isHarmless } from "./pickledNames";

/** A block of numbers that tensors share; the pickle names it, its bytes lie elsewhere in the file. */
export class Storage {
  constructor(
    readonly key: string,
    readonly format: NumberFormat,
    readonly count: number,
  ) {}

  get byteLength(): number {
    return this.count * this.format.bytesPerNumber;
  }
}

/** A tensor as the pickle describes it: a view of a storage, not yet checked against it. */
export class PickledTensor {
  constructor(
    readonly storage: Storage,
    readonly format: NumberFormat,
    readonly offset: number,
    readonly shape: number[],
    readonly strides: number[],
  ) {}
}

/** Tensor descriptions by name, as unpickled. */
export type PickledStateDict = Map<string, PickledTensor>;

/** A value of torch's pickle. */
export type Value = PickleValue<Storage | PickledTensor>;

const storageTypes = new Map([
  ["torch.FloatStorage", "float32"],
  ["torch.HalfStorage", "float16"],
  ["torch.BFloat16Storage", "bfloat16"],
  ["torch.DoubleStorage", "float64"],
  ["torch.CharStorage", "int8"],
  ["torch.ShortStorage", "int16"],
  ["torch.IntStorage", "int32"],
  ["torch.LongStorage", "int64"],
  ["torch.ByteStorage", "uint8"],
  ["torch.BoolStorage", "bool"],
  // Bytes whose type the tensor tells: one that torch 2 added.
  ["torch.storage.UntypedStorage", "uint8"],
]);

/** Functions that make a tensor: of a storage, of a tensor, or by another one of them. */
const builders = new Map<string, "view" | "same" | "by">([
  ["torch._utils._rebuild_tensor", "view"],
  ["torch._utils._rebuild_tensor_v2", "view"],
  ["torch._utils._rebuild_tensor_v3", "view"],
  ["torch._utils._rebuild_parameter", "same"],
  ["torch._utils._rebuild_parameter_with_state", "same"],
  ["torch._tensor._rebuild_from_type_v2", "by"],
]);

/** torch's own limit on the number of axes. */
const mostAxes = 64;

/** Reads the pickles of one file that torch.save wrote. All methods throw FileError. */
export class TorchUnpickler {
  /** All that were described so far, by key. */
  readonly storages = new Map<string, Storage>();
  private readonly unpickler: Unpickler<Storage | PickledTensor>;
  /** The first name that is neither torch's nor harmless. */
  private unknown?: string;
  /** Classes of which objects are made, the outer before its parts; and those of them that are modules. */
  private readonly made = new Set<string>();
  private readonly modules = new Set<string>();
  /** So that a list of pairs becomes a dictionary once, however often that is asked for. */
  private readonly dictionaries = new Map<Value, Map<Value, Value>>();

  constructor(
    private readonly file: string,
    bytes: Buffer,
  ) {
    const meaning: PickleMeaning<Storage | PickledTensor> = {
      global: (name) => this.global(name),
      call: (name, parameters, made) => this.call(name, parameters, made),
      build: (object, attributes) => this.build(object, attributes),
      persistent: (id) => this.storage(id),
    };
    this.unpickler = new Unpickler(bytes, meaning);
  }

  /** Where the last pickle read ended. */
  get position(): number {
    return this.unpickler.position;
  }

  /** The next pickle's value. */
  read(): Value {
    let value: Value;
    try {
      value = this.unpickler.read();
    } catch (cause) {
      if (cause instanceof FileError) throw cause;
      if (this.unknown !== undefined) throw this.refusal(this.unknown);
      const { message } = cause as Error;
      if (cause instanceof NotRead)
        throw new FileError(this.file, `is no checkpoint that is read: its pickle ${message}`);
      throw new FileError(this.file, `is damaged: its pickle cannot be read, ${message}`);
    }
    const module = [...this.made].find((name) => this.modules.has(name));
    if (module !== undefined) throw new FileError(this.file, wholeModule(printable(module)));
    if (this.unknown !== undefined) throw this.refusal(this.unknown);
    return value;
  }

  private refusal(name: string): FileError {
    const read = "only state dicts are read, as torch.save(model.state_dict(), file) writes them";
    return new FileError(this.file, `refused: its pickle asks for ${printable(name)}; ${read}`);
  }

  /** A name as such does nothing: it is refused where it is called, or at the end, when it is known whether it is a module's. */
  private global(name: string): void {
    if (storageTypes.has(name) || builders.has(name) || isDictionary(name) || isHarmless(name)) return;
    this.unknown ??= name;
  }

  private call(name: string, parameters: Value[], made: boolean): Value {
    const [first] = parameters;
    if (isDictionary(name)) return this.dictionary(first);
    if (builders.has(name)) return this.tensor(name, parameters);
    if (name === "torch.Size" && Array.isArray(first)) return first;
    // As protocols 0 and 1 write that an object of a class is made.
    if (name.endsWith("._reconstructor") && first instanceof Global) return this.call(first.name, [], true);
    if (isHarmless(name)) return new Inert(name);
    const other = otherTensors(name);
    if (other) throw new FileError(this.file, other);
    if (!made) throw this.refusal(name);
    this.made.add(name);
    return new Inert(name);
  }

  /** A module has its parts among its attributes. Any other's attributes are forgotten. */
  private build(object: Value, attributes: Value): void {
    if (object instanceof Inert && attributes instanceof Map && attributes.has("_modules"))
      this.modules.add(object.name);
  }

  /** Of a dictionary, of nothing, or of a list of pairs, as Python 2 writes an ordered one. */
  private dictionary(content: Value | undefined): Map<Value, Value> {
    if (content instanceof Map) return content;
    if (!Array.isArray(content)) return new Map();
    let dictionary = this.dictionaries.get(content);
    if (!dictionary) {
      dictionary = new Map(content.flatMap((pair) => (Array.isArray(pair) ? [[pair[0], pair[1]] as const] : [])));
      this.dictionaries.set(content, dictionary);
    }
    return dictionary;
  }

  private tensor(name: string, parameters: Value[]): Value {
    const [first, offset, shape, strides, , , type] = parameters;
    const kind = builders.get(name);
    if (kind === "same" && first instanceof PickledTensor) return first;
    if (kind === "by" && first instanceof Global && builders.get(first.name) !== "by" && Array.isArray(shape))
      return this.call(first.name, shape, false);
    const isView = first instanceof Storage && isCount(offset) && areCounts(shape) && areCounts(strides);
    if (kind === "view" && isView && shape.length === strides.length) {
      // What a tensor of untyped bytes says of them.
      const format = type instanceof Global ? formats.get(type.name.slice("torch.".length)) : first.format;
      const other = type instanceof Global && otherTensors(type.name);
      if (format) return new PickledTensor(first, format, offset, [...shape], [...strides]);
      if (other) throw new FileError(this.file, other);
    }
    throw new FileError(this.file, `is damaged: it calls ${name} with parameters that torch does not write`);
  }

  /**
   * torch's persistent id of a storage: ("storage", type, key, device, count) and, before torch 1.6, null; before that it
   * also wrote ("module", class, file, source) where a class of modules is named.
   */
  private storage(id: Value): Value {
    const [tag, type, key, , count, view] = Array.isArray(id) ? id : [];
    if (tag === "module" && type instanceof Global) return type;
    const name = type instanceof Global ? type.name : "";
    const format = formats.get(storageTypes.get(name) ?? "");
    const other = otherTensors(name);
    if (other) throw new FileError(this.file, other);
    if (name && !format) throw this.refusal(name);
    if (tag === "storage" && format && typeof key === "string" && isCount(count) && !view) {
      const known = this.storages.get(key) ?? new Storage(key, format, count);
      this.storages.set(key, known);
      if (known.format === format && known.count === count) return known;
    }
    throw new FileError(this.file, "is damaged: it describes a storage as torch does not");
  }
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isCount);
}

/**
 * Gives each described tensor its numbers; storages that none of them uses are left alone.
 * @param bytesOf the bytes of a storage, exactly as many as it claims.
 * @throws FileError if a tensor reaches beyond its storage, or if those that must be copied claim more numbers than are
 *   stored at all: checked before anything is allocated.
 */
export function toStateDict(
  file: string,
  pickled: PickledStateDict,
  bytesOf: (storage: Storage) => Uint8Array,
): StateDict {
  const used = new Map<Storage, { format: NumberFormat; bytes: Uint8Array }>();
  let copied = 0;
  for (const [name, view] of pickled) {
    const { storage, format, offset, shape, strides } = view;
    const known = used.get(storage) ?? { format, bytes: bytesOf(storage) };
    used.set(storage, known);
    if (known.format !== format) {
      throw new FileError(file, `is damaged: ${printable(name)} describes its storage unlike the tensor before it`);
    }
    const end = sizeOf(shape) && shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis], offset + 1);
    if (!(end * format.bytesPerNumber <= storage.byteLength)) {
      throw new FileError(file, `is damaged: ${printable(name)} reaches beyond its storage`);
    }
    if (!isRowMajor(view)) copied += sizeOf(shape);
  }
  const stored = [...used.keys()].reduce((sum, { count }) => sum + count, 0);
  if (!(copied <= stored)) throw new FileError(file, `its tensors claim ${copied} numbers, but it stores ${stored}`);

  const numbers = new Map<Storage, Float32Array>();
  for (const [storage, { format, bytes }] of used) numbers.set(storage, format.toFloat32(bytes));
  return new Map([...pickled].map(([name, view]) => [name, toTensor(view, numbers.get(view.storage)!)]));
}

function isRowMajor({ shape, strides }: PickledTensor): boolean {
  const steps = rowMajorStrides(shape);
  return sizeOf(shape) === 0 || shape.every((side, axis) => side === 1 || strides[axis] === steps[axis]);
}

function rowMajorStrides(shape: number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/** The tensor a view describes, in row-major order: itself a view of the numbers where they lie in that order. */
function toTensor(view: PickledTensor, numbers: Float32Array): Tensor {
  const { shape, strides, offset } = view;
  const size = sizeOf(shape);
  if (isRowMajor(view)) return { shape, data: numbers.subarray(offset, offset + size) };
  const steps = rowMajorStrides(shape);
  const data = Float32Array.from({ length: size }, (_, i) => {
    let position = offset;
    for (let axis = 0; axis < shape.length; axis++) {
      position += (Math.floor(i / steps[axis]) % shape[axis]) * strides[axis];
    }
    return numbers[position];
  });
  return { shape, data };
}
