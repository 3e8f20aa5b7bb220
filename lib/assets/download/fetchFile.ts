import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { FileError, UserError } from "../../core/errors";
import { checksumOfFile } from "../../core/files";
import { fetchRest, Interruption, lengthOf, Refusal } from "./fetchRest";
import type { OfficialFile } from "../officialFiles";

/** How long a download keeps trying. */
export interface Patience {
  /** Failures in a row, without a byte gained between them, after which it gives up. */
  attempts: number;
  /** Milliseconds before the second attempt; twice as many before each further one. */
  pause: number;
  /** Milliseconds without a byte after which a connection counts as broken. */
  silence: number;
}

const usualPatience: Patience = { attempts: 5, pause: 1000, silence: 30_000 };

/**
 * Downloads a file into an existing folder. What has come stays in TARGET.partial however the process ends, and the
 * next call asks for the rest only. The file gets its name when its checksum is right, not before. Two processes must
 * not fetch the same file at once (the command has a lock).
 * @throws UserError if it cannot be had: says what to fetch by hand and where to put it.
 * @throws FileError if it cannot be written, or the target is there but is another file.
 */
export async function fetchFile(
  source: OfficialFile,
  target: string,
  patience = usualPatience,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  if (existsSync(target)) {
    if (await isRight(source, target)) return;
    throw new FileError(target, `is not the official file, its ${source.checksum.algorithm} differs: remove it`);
  }
  const partial = `${target}.partial`;
  const wasBegun = existsSync(partial);
  const fetchAll = () => fetchPatiently(source, target, partial, patience, onProgress);
  await fetchAll();
  if (wasBegun && !(await isRight(source, partial))) {
    await rm(partial);
    await fetchAll();
  }
  if (await isRight(source, partial)) return rename(partial, target);
  await rm(partial);
  throw new UserError(`${source.url} sent another file (its checksum differs): ${byHand(source, target)}`);
}

async function fetchPatiently(
  source: OfficialFile,
  target: string,
  partial: string,
  patience: Patience,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  let failures = 0;
  for (;;) {
    const before = await lengthOf(partial);
    try {
      return await fetchRest(source, partial, patience.silence, onProgress);
    } catch (cause) {
      if (!(cause instanceof Interruption || cause instanceof Refusal)) throw cause;
      failures = (await lengthOf(partial)) > before ? 1 : failures + 1;
      if (cause instanceof Refusal || failures >= patience.attempts) {
        throw new UserError(`${cause.message}: ${byHand(source, target)}`);
      }
      await sleep(patience.pause * 2 ** (failures - 1));
    }
  }
}

function byHand({ url }: OfficialFile, target: string): string {
  return `fetch ${url} by hand, put it at ${target}, and start again`;
}

async function isRight({ checksum }: OfficialFile, file: string): Promise<boolean> {
  return (await checksumOfFile(file, checksum.algorithm)) === checksum.digest;
}
