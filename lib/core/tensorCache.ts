import { readFile } from "node:fs/promises";
import { explainFileError, sha256, writeAtomically } from "./files";
import { sizeOf, type Tensor } from "./tensor";

/** What a cached tensor was computed from: anything that JSON can hold. */
export type Origin = Record<string, unknown>;

interface Header {
  origin: Origin;
  shape: number[];
  sha256: string;
}

/** Name of the cache file of a tensor of this origin: equal origins share one, others do not. */
export function cacheName(origin: Origin): string {
  return `${sha256(JSON.stringify(origin))}.bin`;
}

/**
 * Writes a tensor with its origin and checksum: a line of JSON, then the numbers as little-endian float32.
 * @throws FileError if the disk is full or the folder cannot be written.
 */
export async function writeCachedTensor(file: string, origin: Origin, { shape, data }: Tensor): Promise<void> {
  const numbers = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const header: Header = { origin, shape, sha256: sha256(numbers) };
  await writeAtomically(file, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), numbers]));
}

/**
 * The tensor of that origin in a cache file; undefined if there is none, or if what is there is damaged.
 * @throws FileError if the file is there but cannot be opened.
 */
export async function readCachedTensor(file: string, origin: Origin): Promise<Tensor | undefined> {
  const bytes = await readIfThere(file);
  const end = bytes?.indexOf("\n") ?? -1;
  if (!bytes || end < 0) return undefined;
  const header = parse(bytes.toString("utf8", 0, end));
  const numbers = bytes.subarray(end + 1);
  if (!header || sha256(numbers) !== header.sha256) return undefined;
  if (JSON.stringify(header.origin) !== JSON.stringify(origin)) return undefined;
  const data = new Float32Array(new Uint8Array(numbers).buffer);
  return data.length === sizeOf(header.shape) ? { shape: header.shape, data } : undefined;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw explainFileError(file, cause);
  }
}

function parse(line: string): Header | undefined {
  try {
    const header = JSON.parse(line);
    return Array.isArray(header?.shape) ? header : undefined;
  } catch {
    return undefined;
  }
}
