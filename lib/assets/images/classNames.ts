import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../core/errors";
import { readBounded } from "../../core/files";
import { classCount } from "./cifar10";

const namesFile = "batches.meta.txt";

/** A label is one byte. */
const mostClasses = 256;

/**
 * Names of a folder's classes, which say how many there are: the lines of its batches.meta.txt, as in CIFAR-10's binary
 * version, up to the last that is not blank; a blank one before it is named by its number, as are ten where there is no
 * such file.
 * @throws FileError if the file cannot be read, is neither UTF-8 nor UTF-16 with a byte-order mark, or names no class or more than a label can tell apart.
 */
export async function classNamesIn(folder: string): Promise<string[]> {
  const file = join(folder, namesFile);
  if (!existsSync(file)) return named(new Array(classCount).fill(""));
  const lines = linesOf(decoded(file, await readBounded(file, "list of classes")));
  if (lines.length === 0) throw new FileError(file, "names no class: write one name a line, or remove it");
  if (lines.length > mostClasses)
    throw new FileError(file, `names ${lines.length} classes: a label can tell ${mostClasses} apart`);
  return named(lines);
}

/** UTF-8, or UTF-16 where a byte-order mark says so, as some shells write it. */
function decoded(file: string, bytes: Buffer): string {
  const mark = bytes.toString("latin1", 0, 2);
  const encoding = mark === "\xff\xfe" ? "utf-16le" : mark === "\xfe\xff" ? "utf-16be" : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {}
  throw new FileError(file, "is in another encoding than UTF-8: save it as UTF-8");
}

function named(lines: readonly string[]): string[] {
  return lines.map((line, label) => line || `class ${label}`);
}

function linesOf(text: string): string[] {
  const written = text.trimEnd();
  return written === "" ? [] : written.split(/\r?\n/).map((line) => line.trim());
}
