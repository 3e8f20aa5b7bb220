import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { classNamesIn } from "../../../../lib/assets/images/classNames";
import { FileError } from "../../../../lib/core/errors";
import { temporaryFolder } from "../../../fixtures/assets/hostile";

const base = temporaryFolder();

/** A folder whose batches.meta.txt is this text. */
function folderWith(text: string | Uint8Array): string {
  const folder = mkdtempSync(join(base, "images-"));
  writeFileSync(join(folder, "batches.meta.txt"), text);
  return folder;
}

const numbered = (count: number) => Array.from({ length: count }, (_, label) => `class ${label}`);

test("there are as many classes as lines, whatever ends them; blank ones at the end do not count", async () => {
  for (const [text, names] of [
    ["cat\r\ndog\n\n", ["cat", "dog"]],
    ["cat\n dog \nsea lion", ["cat", "dog", "sea lion"]],
    ["cat\n\ndog\n", ["cat", "class 1", "dog"]],
    ["one", ["one"]],
    [numbered(256).join("\n"), numbered(256)],
  ] as const)
    assert.deepEqual(await classNamesIn(folderWith(text)), names);
});

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");
const names = ["گربه", "Żaba", "sea lion"];

test("names in UTF-8 or UTF-16 with a byte-order mark are read, in any script", async () => {
  const text = `${names.join("\r\n")}\r\n`;
  for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), utf16(text), utf16(text).swap16()])
    assert.deepEqual(await classNamesIn(folderWith(bytes)), names);
});

test("without the file there are ten, as in CIFAR-10", async () => {
  assert.deepEqual(await classNamesIn(base), numbered(10));
});

test("a file that names no class, too many, or is none, is refused by its name", async () => {
  const folder = mkdtempSync(join(base, "images-"));
  mkdirSync(join(folder, "batches.meta.txt"));
  for (const [wrong, reason] of [
    [folderWith(" \n\n"), /^names no class/],
    [folderWith(""), /^names no class/],
    [folderWith(numbered(257).join("\n")), /^names 257 classes: .* 256/],
    [folderWith(Buffer.from("grenouille bleutée\n", "latin1")), /UTF-8/],
    [folderWith(utf16("cat\ndog\n").subarray(2)), /UTF-8/],
    [folderWith(utf16("cat\ndog\n").subarray(0, -1)), /UTF-8/],
    [folder, /^is a folder/],
  ] as const)
    await assert.rejects(
      classNamesIn(wrong),
      (error) =>
        error instanceof FileError && error.file === join(wrong, "batches.meta.txt") && reason.test(error.reason),
    );
});
