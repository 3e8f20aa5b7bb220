import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256, writeAtomically } from "./files";
import { buildFolder } from "./paths";

/** Whether to compute again even what is there, and where to look for it. */
export interface Cache {
  fresh: boolean;
  /** `build/cache` unless given. */
  folder?: string;
}

/** What a result is computed from: anything that JSON can hold, and typed arrays, which count by their content. */
export type Origin = Record<string, unknown>;

interface Header {
  key: string;
  /** Of all that follows. */
  sha256: string;
  /** Bytes of the line of JSON that follows; behind it lie the numbers of the Float32Arrays. */
  length: number;
}

/** What stands in the JSON for a Float32Array of so many numbers. */
const placeholder = "float32 array";

/**
 * A result of an earlier run with the same name and origin if there is one, else computed and kept.
 * A damaged or unreadable file counts as none; two processes may compute the same at once.
 * @param name of the computation, with a version that changes when its code computes something else.
 * @param compute gives numbers (finite), text, lists, plain objects and Float32Arrays.
 * @throws FileError if the cache cannot be written.
 */
export async function cached<T>(
  name: string,
  origin: Origin,
  { fresh, folder = join(buildFolder, "cache") }: Cache,
  compute: () => Promise<T> | T,
): Promise<T> {
  const key = sha256(JSON.stringify({ name, origin }, byContent));
  const file = join(folder, `${name}-${key.slice(0, 24)}.bin`);
  const kept = fresh ? undefined : await read<T>(file, key);
  if (kept) return kept.value;
  const [json, numbers] = encode(await compute());
  const header: Header = { key, sha256: sha256(Buffer.concat([json, numbers])), length: json.length };
  await writeAtomically(file, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), json, numbers]));
  return decode<T>(json, numbers);
}

async function read<T>(file: string, key: string): Promise<{ value: T } | undefined> {
  try {
    const bytes = await readFile(file);
    const end = bytes.indexOf("\n");
    const header: Header = JSON.parse(bytes.toString("utf8", 0, end));
    const content = bytes.subarray(end + 1);
    if (header.key !== key || header.sha256 !== sha256(content)) return undefined;
    return { value: decode<T>(content.subarray(0, header.length), content.subarray(header.length)) };
  } catch {
    return undefined;
  }
}

function encode(value: unknown): [json: Buffer, numbers: Buffer] {
  const arrays: Float32Array[] = [];
  const json = JSON.stringify(value, (_key, part) => {
    if (!(part instanceof Float32Array)) return part;
    arrays.push(part);
    return { [placeholder]: part.length };
  });
  return [Buffer.from(json), Buffer.concat(arrays.map(bytesOf))];
}

function decode<T>(json: Buffer, numbers: Buffer): T {
  // JSON.parse revives in the order in which JSON.stringify replaced.
  let from = 0;
  return JSON.parse(json.toString("utf8"), (_key, part) => {
    if (!(part && typeof part === "object" && placeholder in part)) return part;
    const to = from + 4 * part[placeholder];
    const copy = new Uint8Array(numbers.subarray(from, to));
    from = to;
    return new Float32Array(copy.buffer);
  });
}

/** JSON's replacer that puts a checksum in place of a typed array; a Buffer arrives here through its own toJSON. */
function byContent(this: Record<string, unknown>, key: string, part: unknown): unknown {
  const held = this[key];
  return ArrayBuffer.isView(held) ? sha256(bytesOf(held)) : part;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
