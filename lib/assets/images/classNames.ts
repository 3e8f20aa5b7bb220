import { FileError } from "../../core/errors";

/** A label is one byte. */
const mostClasses = 256;

/** Names of classes that have none: their numbers. */
export function numberedClasses(count: number): string[] {
  return named(new Array(count).fill(""));
}

/**
 * Names of classes, which say how many there are: the lines of a text, as in CIFAR's binary versions, up to the last that is
 * not blank; a blank one before it is named by its number.
 * @param file that the bytes come from, for errors.
 * @throws FileError if they are neither UTF-8 nor UTF-16 with a byte-order mark, or name no class or more than a label can tell apart.
 */
export function classNamesFrom(file: string, bytes: Uint8Array): string[] {
  const lines = linesOf(decoded(file, bytes));
  if (lines.length === 0) throw new FileError(file, "names no class: write one name a line, or remove it");
  if (lines.length > mostClasses)
    throw new FileError(file, `names ${lines.length} classes: a label can tell ${mostClasses} apart`);
  return named(lines);
}

/** UTF-8, or UTF-16 where a byte-order mark says so, as some shells write it. */
function decoded(file: string, bytes: Uint8Array): string {
  const mark = Buffer.from(bytes.subarray(0, 2)).toString("latin1");
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
