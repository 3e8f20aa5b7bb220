import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256, writeAtomically } from "./files";
import { buildFolder } from "./paths";

/** What a result was computed from: anything that JSON can hold; data by its checksum. */
export type ResultOrigin = Record<string, unknown>;

/** Where and whether to look for results of earlier runs. */
export interface ResultCache {
  /** Compute again even what is there. */
  fresh: boolean;
  folder?: string;
}

/**
 * The result of a long experiment, from an earlier run with the same origin if there is one, else computed and kept.
 * A damaged file counts as none.
 * @param name of the experiment, with a version that changes when its code computes something else.
 * @param compute gives a value that JSON keeps as it is: numbers (finite), text, lists, plain objects.
 * @throws FileError if the cache cannot be written.
 */
export async function cachedResult<T>(
  name: string,
  origin: ResultOrigin,
  { fresh, folder = join(buildFolder, "cache", "results") }: ResultCache,
  compute: () => Promise<T> | T,
): Promise<T> {
  const key = sha256(JSON.stringify({ name, origin }));
  const file = join(folder, `${name}-${key.slice(0, 24)}.json`);
  const kept = fresh ? undefined : await readResult<T>(file, key);
  if (kept !== undefined) return kept;
  const value = JSON.stringify(await compute());
  await writeAtomically(file, `${JSON.stringify({ key, sha256: sha256(value) })}\n${value}\n`);
  return JSON.parse(value) as T;
}

async function readResult<T>(file: string, key: string): Promise<T | undefined> {
  try {
    const [header, value] = (await readFile(file, "utf8")).split("\n");
    const expected = JSON.parse(header);
    return expected.key === key && expected.sha256 === sha256(value) ? (JSON.parse(value) as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Checksum of numbers, for an origin. */
export function checksumOf(numbers: ArrayBufferView): string {
  return sha256(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}
