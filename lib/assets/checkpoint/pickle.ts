/** Anything that a pickle can hold, tuples and sets as arrays; `Custom` is what the caller makes of calls and persistent ids. */
export type PickleValue<Custom> =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Global
  | Inert
  | Custom
  | PickleValue<Custom>[]
  | Map<PickleValue<Custom>, PickleValue<Custom>>;

/** A name that the pickle asks for, as "module.name". Only a name: nothing is looked up or run. */
export class Global {
  constructor(readonly name: string) {}
}

/** What a call of that name would make. It is never made, and what is put into it is forgotten. */
export class Inert {
  constructor(readonly name: string) {}
}

/** What names and persistent ids stand for. Each throws what it does not allow. */
export interface PickleMeaning<Custom> {
  global(name: string): void;
  /** @param made whether the name is that of a class and an object of it is made. */
  call(name: string, parameters: PickleValue<Custom>[], made: boolean): PickleValue<Custom>;
  /** An object gets its attributes. */
  build(object: PickleValue<Custom>, attributes: PickleValue<Custom>): void;
  persistent(id: PickleValue<Custom>): PickleValue<Custom>;
}

/** What a sound pickle may hold, but none that is read here; a plain Error is about one that contradicts itself. */
export class NotRead extends Error {}

// A ResNet-152 with Adam's moments and an averaged copy takes 360,000 bytes and 108,000 steps.
const [longest, mostSteps, longestName] = [2 ** 26, 2 ** 20, 200];

/** What differs between pickles of weights, which is what is read unless told, and others. */
export interface PickleKind {
  /** Bytes. */
  longest: number;
  /** Of Python 2's texts, which may be texts or bytes. */
  encoding: "utf8" | "latin1";
}
const stop = ".";

/**
 * Reads pickles of protocols 0 to 5, but runs nothing that they ask for. No value is ever turned into a text, since a
 * pickle of 250 bytes can describe a list whose text would be 2⁴⁰ characters long.
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
    private readonly kind: PickleKind = { longest, encoding: "utf8" },
  ) {}

  /** The next pickle's value. */
  read(): PickleValue<Custom> {
    [this.stack, this.marks, this.memo] = [[], [], new Map()];
    const end = this.position + this.kind.longest;
    for (let steps = 0; ; steps++) {
      const opcode = String.fromCharCode(this.length(1));
      if (opcode === stop) return this.pop();
      const step = this.steps.get(opcode);
      if (!step) throw new NotRead(`has opcode ${opcode.charCodeAt(0)}, which no file has that torch reads`);
      step();
      if (this.position > end || steps > mostSteps) throw new NotRead("is longer than that of any training's state");
    }
  }

  /** What each opcode does (CPython's Lib/pickletools.py describes them); several that do the same stand together. */
  private readonly steps = eachOpcode({
    "\x80": () => this.protocol(),
    // A frame's length: what is in it follows.
    "\x95": () => this.take(8),
    N: () => this.push(null),
    "\x88": () => this.push(true),
    "\x89": () => this.push(false),
    I: () => this.push(this.integer(this.line())),
    K: () => this.push(this.length(1)),
    M: () => this.push(this.length(2)),
    J: () => this.push(this.take(4).readInt32LE()),
    LF: () => this.push(Number.parseFloat(this.line())),
    "\x8a": () => this.push(this.long(this.length(1))),
    "\x8b": () => this.push(this.long(this.length(4))),
    G: () => this.push(this.take(8).readDoubleBE()),
    S: () => this.push(this.quoted(this.line())),
    // Its escapes stay as they are, since no tensor's name has any.
    V: () => this.push(this.line()),
    U: () => this.push(this.take(this.length(1)).toString(this.kind.encoding)),
    T: () => this.push(this.take(this.length(4)).toString(this.kind.encoding)),
    "\x8c": () => this.push(this.take(this.length(1)).toString()),
    X: () => this.push(this.take(this.length(4)).toString()),
    "\x8d": () => this.push(this.take(this.length(8)).toString()),
    C: () => this.push(this.take(this.length(1))),
    B: () => this.push(this.take(this.length(4))),
    "\x8e\x96": () => this.push(this.take(this.length(8))),
    "(": () => this.mark(),
    "tl\x91": () => this.push(this.popToMark()),
    ")]\x8f": () => this.push([]),
    "\x85": () => this.push(this.popMany(1)),
    "\x86": () => this.push(this.popMany(2)),
    "\x87": () => this.push(this.popMany(3)),
    a: () => this.append(this.popMany(1)),
    "e\x90": () => this.append(this.popToMark()),
    "}": () => this.push(new Map()),
    d: () => this.push(this.setItems(this.popToMark(), new Map())),
    s: () => this.setItems(this.popMany(2)),
    u: () => this.setItems(this.popToMark()),
    "0": () => (this.stack.length > 0 ? this.pop() : this.popToMark()),
    "1": () => this.popToMark(),
    "2": () => this.push(this.top()),
    p: () => this.memo.set(Number(this.line()), this.top()),
    q: () => this.memo.set(this.length(1), this.top()),
    r: () => this.memo.set(this.length(4), this.top()),
    "\x94": () => this.memo.set(this.memo.size, this.top()),
    g: () => this.push(this.remembered(Number(this.line()))),
    h: () => this.push(this.remembered(this.length(1))),
    j: () => this.push(this.remembered(this.length(4))),
    c: () => this.push(this.global([this.line(), this.line()])),
    "\x93": () => this.push(this.global(this.popMany(2))),
    Q: () => this.push(this.meaning.persistent(this.pop())),
    R: () => this.call(this.popMany(2), false),
    "\x81": () => this.call(this.popMany(2), true),
    "\x92": () => this.call(this.popMany(3), true),
    i: () => this.call([this.global([this.line(), this.line()]), this.popToMark()], false),
    b: () => this.build(this.popMany(2)),
  });

  private protocol(): void {
    const protocol = this.length(1);
    if (protocol > 5) throw new NotRead(`is of protocol ${protocol}, and 5 is the last one read`);
  }

  private take(length: number): Buffer {
    const begin = this.position;
    this.position += length;
    if (this.position > this.bytes.length) throw new Error("it ends too early");
    return this.bytes.subarray(begin, this.position);
  }

  /** A little-endian number of so many bytes. */
  private length(bytes: 1 | 2 | 4 | 8): number {
    const taken = this.take(bytes);
    return bytes === 8 ? Number(taken.readBigUInt64LE()) : taken.readUIntLE(0, bytes);
  }

  /** A little-endian two's complement integer; NaN beyond 8 bytes, such as a state of random numbers. */
  private long(length: number): number {
    const bytes = this.take(length);
    if (bytes.length === 0) return 0;
    if (bytes.length > 8) return Number.NaN;
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

  /** Protocols 0 and 1 write truth values as integers of two digits. */
  private integer(line: string): number | boolean {
    return line === "00" || line === "01" ? line === "01" : Number(line);
  }

  /** Python 2's repr of a text. */
  private quoted(line: string): string {
    if (!/^(["']).*\1$/.test(line)) throw new Error("it has a text without quotes");
    return line.slice(1, -1);
  }

  private global([module, name]: PickleValue<Custom>[]): Global {
    if (typeof module !== "string" || typeof name !== "string") throw new Error("it asks for a name that is no text");
    if (module.length + name.length > longestName) throw new NotRead("asks for a name that is too long for one");
    const global = new Global(`${module}.${name}`);
    this.meaning.global(global.name);
    return global;
  }

  private call([callee, parameters]: PickleValue<Custom>[], made: boolean): void {
    if (!(callee instanceof Global) || !Array.isArray(parameters)) throw new Error("it calls what is no function");
    this.push(this.meaning.call(callee.name, parameters, made));
  }

  private build([object, attributes]: PickleValue<Custom>[]): void {
    this.meaning.build(object, attributes);
    this.push(object);
  }

  private append(items: PickleValue<Custom>[]): void {
    const list = this.top();
    if (list instanceof Inert) return;
    if (!Array.isArray(list)) throw new Error("it appends to what is no list");
    for (const item of items) list.push(item);
  }

  private setItems(items: PickleValue<Custom>[], map = this.top()): PickleValue<Custom> {
    if (map instanceof Inert) return map;
    if (!(map instanceof Map) || items.length % 2) throw new Error("it adds an entry to what is no dictionary");
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
    return map;
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

function eachOpcode(steps: Record<string, () => void>): Map<string, () => void> {
  return new Map(Object.entries(steps).flatMap(([opcodes, step]) => [...opcodes].map((opcode) => [opcode, step])));
}
