/** Anything that a pickle read here can hold; `Custom` is what the caller makes of calls and persistent ids. */
export type PickleValue<Custom> =
  | null
  | boolean
  | number
  | string
  | Global
  | Custom
  | PickleValue<Custom>[]
  | Map<string, PickleValue<Custom>>;

/** A name that the pickle asks for, as "module.name". Only a name: nothing is looked up or run. */
export class Global {
  constructor(readonly name: string) {}
}

/** What names and persistent ids stand for. Each throws what it does not allow. */
export interface PickleMeaning<Custom> {
  global(name: string): void;
  call(name: string, parameters: PickleValue<Custom>[]): PickleValue<Custom>;
  persistent(id: PickleValue<Custom>): Custom;
}

/** What a sound pickle may hold, but none that is read here; a plain Error is about one that contradicts itself. */
export class NotRead extends Error {}

const longest = 2 ** 20;
const stop = 0x2e;

/**
 * Reads pickles of protocol 2, of which it knows only what torch.save writes for a state dict; torch's own weights_only
 * loader knows about the same (torch/_weights_only_unpickler.py). Dictionary keys must be texts and no value is ever
 * turned into a text, since a pickle of 250 bytes can describe a list whose text would be 2⁴⁰ characters long.
 * All methods throw an Error that says what is wrong, a NotRead where nothing is but this reader's reach; time and memory grow with the bytes read and not faster.
 */
export class Unpickler<Custom extends object> {
  private stack: PickleValue<Custom>[] = [];
  private marks: PickleValue<Custom>[][] = [];
  private memo = new Map<number, PickleValue<Custom>>();

  /** @param position where the next pickle begins; afterwards, where it ended. */
  constructor(
    private readonly bytes: Buffer,
    private readonly meaning: PickleMeaning<Custom>,
    public position = 0,
  ) {}

  /** The next pickle's value. */
  read(): PickleValue<Custom> {
    [this.stack, this.marks, this.memo] = [[], [], new Map()];
    const end = this.position + longest;
    for (let opcode = this.byte(); opcode !== stop; opcode = this.byte()) {
      const step = this.steps[String.fromCharCode(opcode)];
      if (!step)
        throw new NotRead(`has opcode ${opcode} at byte ${this.position - 1}, which is none of a state dict's`);
      step();
      if (this.position > end) throw new NotRead("is longer than a state dict's");
    }
    return this.pop();
  }

  /** What each opcode does (CPython's Lib/pickletools.py describes them). */
  private readonly steps: Record<string, () => void> = {
    "\x80": () => this.protocol(),
    N: () => this.push(null),
    "\x88": () => this.push(true),
    "\x89": () => this.push(false),
    K: () => this.push(this.byte()),
    M: () => this.push(this.take(2).readUInt16LE()),
    J: () => this.push(this.take(4).readInt32LE()),
    "\x8a": () => this.push(this.long()),
    G: () => this.push(this.take(8).readDoubleBE()),
    X: () => this.push(this.take(this.take(4).readUInt32LE()).toString("utf8")),
    "(": () => this.mark(),
    t: () => this.push(this.popToMark()),
    ")": () => this.push([]),
    "\x85": () => this.push(this.popMany(1)),
    "\x86": () => this.push(this.popMany(2)),
    "\x87": () => this.push(this.popMany(3)),
    "]": () => this.push([]),
    a: () => this.append(this.popMany(1)),
    e: () => this.append(this.popToMark()),
    "}": () => this.push(new Map()),
    s: () => this.setItems(this.popMany(2)),
    u: () => this.setItems(this.popToMark()),
    q: () => this.memo.set(this.byte(), this.top()),
    r: () => this.memo.set(this.take(4).readUInt32LE(), this.top()),
    h: () => this.push(this.remembered(this.byte())),
    j: () => this.push(this.remembered(this.take(4).readUInt32LE())),
    c: () => this.push(this.global()),
    Q: () => this.push(this.meaning.persistent(this.pop())),
    R: () => this.call(),
    // An object's attributes: a state dict's hold the modules' versions, which say nothing about its tensors.
    b: () => this.pop(),
  };

  private protocol(): void {
    const protocol = this.byte();
    if (protocol !== 2) throw new NotRead(`is of protocol ${protocol}, not 2, torch.save's default`);
  }

  private byte(): number {
    return this.take(1)[0];
  }

  private take(length: number): Buffer {
    const begin = this.position;
    this.position += length;
    if (this.position > this.bytes.length) throw new Error("it ends too early");
    return this.bytes.subarray(begin, this.position);
  }

  /** A little-endian two's complement integer, as far as a number holds it exactly. */
  private long(): number {
    const bytes = this.take(this.byte());
    if (bytes.length === 0) return 0;
    if (bytes.length > 8) throw new NotRead(`holds an integer of ${bytes.length} bytes`);
    const padded = Buffer.alloc(8, bytes[bytes.length - 1] & 0x80 ? 255 : 0);
    bytes.copy(padded);
    return Number(padded.readBigInt64LE());
  }

  private line(): string {
    const end = this.bytes.indexOf("\n", this.position);
    if (end < 0) throw new Error("it ends too early");
    const text = this.take(end - this.position).toString("latin1");
    this.position++;
    return text;
  }

  private global(): Global {
    const name = `${this.line()}.${this.line()}`;
    this.meaning.global(name);
    return new Global(name);
  }

  private call(): void {
    const [callee, parameters] = this.popMany(2);
    if (!(callee instanceof Global) || !Array.isArray(parameters)) throw new Error("it calls what is no function");
    this.stack.push(this.meaning.call(callee.name, parameters));
  }

  private append(items: PickleValue<Custom>[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new Error("it appends to what is no list");
    for (const item of items) list.push(item);
  }

  private setItems(items: PickleValue<Custom>[]): void {
    const map = this.top();
    if (!(map instanceof Map) || items.length % 2) throw new Error("it adds an entry to what is no dictionary");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== "string")
        throw new NotRead("holds a dictionary with a key that is no text, as an optimizer's");
      map.set(key, items[i + 1]);
    }
  }

  private remembered(index: number): PickleValue<Custom> {
    const value = this.memo.get(index);
    if (value === undefined) throw new Error("it refers to a value it does not hold");
    return value;
  }

  private mark(): void {
    this.marks.push(this.stack);
    this.stack = [];
  }

  private popToMark(): PickleValue<Custom>[] {
    const items = this.stack;
    const below = this.marks.pop();
    if (!below) throw new Error("it closes what it never opened");
    this.stack = below;
    return items;
  }

  private push(value: PickleValue<Custom>): void {
    this.stack.push(value);
  }

  private top(): PickleValue<Custom> {
    if (this.stack.length === 0) throw new Error("it uses a value it does not hold");
    return this.stack[this.stack.length - 1];
  }

  private pop(): PickleValue<Custom> {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private popMany(count: number): PickleValue<Custom>[] {
    if (this.stack.length < count) throw new Error("it uses a value it does not hold");
    return this.stack.splice(-count);
  }
}
