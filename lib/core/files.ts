import { createHash, randomUUID } from "node:crypto";
import { accessSync, constants, createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileError } from "./errors";
import { runs } from "./temporary";

const explanations: Record<string, string> = {
  ENOSPC: "cannot be written, the disk is full",
  EACCES: "cannot be opened, permission denied",
  EPERM: "cannot be written, permission denied",
  EROFS: "cannot be written, the file system is read-only",
  ENOENT: "does not exist",
  ENOTDIR: "lies under something that is not a folder",
  EEXIST: "lies under something that is not a folder",
  EISDIR: "is a folder, not a file",
  ELOOP: "is a link to itself",
};

/** Turns a file system's error into a FileError of one line; other values pass through. */
export function explainFileError(file: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code !== undefined && code in explanations ? new FileError(file, explanations[code]) : cause;
}

/** Asks before work starts whether a file of this name could be written, missing folders made. @throws FileError if not. */
export function requireWritable(file: string): void {
  if (existsSync(file) && statSync(file).isDirectory()) throw new FileError(file, explanations.EISDIR);
  let folder = dirname(file);
  while (!existsSync(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory()) throw new FileError(file, explanations.ENOTDIR);
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const readOnly = (cause as NodeJS.ErrnoException).code === "EROFS";
    throw new FileError(file, explanations[readOnly ? "EROFS" : "EPERM"]);
  }
}

/** As explainFileError, of a file that was to be written: making folders fails with "does not exist" whatever the reason. */
export function explainWriteError(file: string, cause: unknown): unknown {
  try {
    requireWritable(file);
  } catch (reason) {
    return reason;
  }
  return explainFileError(file, cause);
}

/**
 * Writes a file so that its name never shows a part of it: first under a name of its own, then renamed.
 * Two processes may write the same file at once; the last rename wins, whole.
 * @param content or what writes it.
 * @throws FileError if the disk is full or the folder cannot be written; nothing is left behind then.
 */
export async function writeAtomically(
  file: string,
  content: Uint8Array | string | ((to: FileHandle) => Promise<void>),
): Promise<void> {
  const partial = join(dirname(file), `.${basename(file)}.${process.pid}-${randomUUID().slice(0, 8)}.partial`);
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(partial, "w");
    try {
      await (typeof content === "function" ? content(handle) : handle.writeFile(content));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {});
    throw explainWriteError(file, cause);
  }
}

/** Removes from a folder what processes that are gone had begun to write there. */
export async function sweepPartials(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(name.match(/\.(\d+)-[0-9a-f]{8}\.partial$/)?.[1] ?? process.pid);
    if (!runs(pid)) await rm(join(folder, name), { force: true }).catch(() => {});
  }
}

/** SHA-256 of bytes or text, in hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A checksum of a file, read as a stream, in hexadecimal. @throws FileError if it cannot be read. */
export async function checksumOfFile(file: string, algorithm: "sha256" | "md5" = "sha256"): Promise<string> {
  const hash = createHash(algorithm);
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk);
  } catch (cause) {
    throw explainFileError(file, cause);
  }
  return hash.digest("hex");
}

/** A whole file of at most 1 GiB. @param kind that is wanted, for the error. @throws FileError if it cannot be read or is larger. */
export async function readBounded(file: string, kind: string): Promise<Buffer> {
  try {
    if ((await stat(file)).size > 2 ** 30) throw new FileError(file, `is larger than 1 GiB: no ${kind}`);
    return await readFile(file);
  } catch (cause) {
    throw explainFileError(file, cause);
  }
}

/** The text of a file, or undefined if there is none or it cannot be read. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
