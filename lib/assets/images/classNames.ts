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
 * @throws FileError if the file cannot be read, or names no class or more than a label can tell apart.
 */
export async function classNamesIn(folder: string): Promise<string[]> {
  const file = join(folder, namesFile);
  if (!existsSync(file)) return named(new Array(classCount).fill(""));
  const lines = linesOf((await readBounded(file, "list of classes")).toString("utf8"));
  if (lines.length === 0) throw new FileError(file, "names no class: write one name a line, or remove it");
  if (lines.length > mostClasses)
    throw new FileError(file, `names ${lines.length} classes: a label can tell ${mostClasses} apart`);
  return named(lines);
}

function named(lines: readonly string[]): string[] {
  return lines.map((line, label) => line || `class ${label}`);
}

function linesOf(text: string): string[] {
  const written = text.trimEnd();
  return written === "" ? [] : written.split(/\r?\n/).map((line) => line.trim());
}
