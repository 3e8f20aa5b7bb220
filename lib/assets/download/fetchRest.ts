import { open, rm, stat } from "node:fs/promises";
import { explainFileError } from "../../core/files";
import type { OfficialFile } from "../officialFiles";

/** A failure that another attempt may mend. */
export class Interruption extends Error {}

/** A server's answer that it would give again. */
export class Refusal extends Error {}

/** Statuses below 500 that ask for patience: request timeout, too early, too many requests. */
const passing = [408, 425, 429];

/**
 * One attempt at a download: asks the server for what the partial file lacks and appends it. A server that knows no
 * ranges sends the whole file, which then replaces the partial one.
 * @param silence milliseconds without a byte after which the connection counts as broken.
 * @param onProgress is told the bytes that are there, at first those that were there before.
 * @throws Interruption if the server cannot be reached, is overloaded or breaks off; Refusal if it says no;
 *   FileError if the disk is full or the file cannot be written. What has come stays.
 */
export async function fetchRest(
  { url, bytes }: OfficialFile,
  partial: string,
  silence: number,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const have = await lengthOf(partial);
  if (have >= bytes) return;
  const connection = new AbortController();
  const watch = setTimeout(() => connection.abort(), silence);
  try {
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (have > 0) headers.range = `bytes=${have}-`;
    const response = await fetch(url, { headers, signal: connection.signal });
    const begin = await beginningOf(response, have, bytes, partial);
    const chunks = response.body as AsyncIterable<Uint8Array> | null;
    onProgress?.(begin, bytes);
    const got = await append(partial, begin, bytes, chunks, (done) => {
      watch.refresh();
      onProgress?.(done, bytes);
    });
    if (got < bytes) throw new Interruption(`${url} ended after ${got} of ${bytes} bytes`);
  } catch (cause) {
    throw connection.signal.aborted
      ? new Interruption(`${url} was silent for ${silence / 1000} s`)
      : isOfNetwork(cause)
        ? new Interruption(`${url} cannot be reached or broke off (${codeOf(cause)})`)
        : explainFileError(partial, cause);
  } finally {
    clearTimeout(watch);
    connection.abort();
  }
}

/** Bytes of a file, 0 if there is none. */
export async function lengthOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

/** The position in the file at which the answer begins. A page of another length, as a gateway sends, is refused. */
async function beginningOf({ status, headers, url }: Response, have: number, bytes: number, partial: string) {
  const length = Number(headers.get("content-length") ?? bytes);
  if (status === 200 && length !== bytes) throw new Refusal(`${url} offers ${length} bytes, not ${bytes}`);
  if (status === 200) return 0;
  if (status === 206 && headers.get("content-range")?.startsWith(`bytes ${have}-`)) return have;
  if (status === 206 || status === 416) await rm(partial, { force: true });
  else if (status < 500 && !passing.includes(status)) throw new Refusal(`${url} answers ${status}`);
  throw new Interruption(`${url} answers ${status}`);
}

/** Writes the chunks from `begin` on, and no more than one chunk beyond `bytes`. @returns the file's length. */
async function append(
  partial: string,
  begin: number,
  bytes: number,
  chunks: AsyncIterable<Uint8Array> | null,
  onChunk: (done: number) => void,
): Promise<number> {
  const file = await open(partial, begin === 0 ? "w" : "a");
  let got = begin;
  try {
    for await (const chunk of chunks ?? []) {
      await file.appendFile(chunk);
      got += chunk.length;
      onChunk(got);
      if (got > bytes) break;
    }
    await file.sync();
    return got;
  } finally {
    await file.close();
  }
}

/** fetch reports what went wrong on the network as a TypeError around the cause. */
function isOfNetwork(cause: unknown): boolean {
  return cause instanceof TypeError;
}

function codeOf(cause: unknown): string {
  const { code, message } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
  return code ?? message;
}
