import assert from "node:assert/strict";
import { test } from "node:test";
import { classNamesFrom, numberedClasses } from "../../../../lib/assets/images/classNames";
import { FileError } from "../../../../lib/core/errors";

const namesOf = (text: string | Buffer) => classNamesFrom("batches.meta.txt", Buffer.from(text as string));

test("there are as many classes as lines, whatever ends them; blank ones at the end do not count", () => {
  for (const [text, names] of [
    ["cat\r\ndog\n\n", ["cat", "dog"]],
    ["cat\n dog \nsea lion", ["cat", "dog", "sea lion"]],
    ["cat\n\ndog\n", ["cat", "class 1", "dog"]],
    ["one", ["one"]],
    [numberedClasses(256).join("\n"), numberedClasses(256)],
  ] as const)
    assert.deepEqual(namesOf(text), names);
});

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");
const names = ["گربه", "Żaba", "sea lion"];

test("names in UTF-8 or UTF-16 with a byte-order mark are read, in any script", () => {
  const text = `${names.join("\r\n")}\r\n`;
  for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), utf16(text), utf16(text).swap16()])
    assert.deepEqual(namesOf(bytes), names);
});

test("a text that names no class, too many, or is none, is refused by its name", () => {
  for (const [wrong, reason] of [
    [" \n\n", /^names no class/],
    ["", /^names no class/],
    [numberedClasses(257).join("\n"), /^names 257 classes: .* 256/],
    [Buffer.from("grenouille bleutée\n", "latin1"), /UTF-8/],
    [utf16("cat\ndog\n").subarray(2), /UTF-8/],
    [utf16("cat\ndog\n").subarray(0, -1), /UTF-8/],
  ] as const)
    assert.throws(
      () => namesOf(wrong),
      (error) => error instanceof FileError && error.file === "batches.meta.txt" && reason.test(error.reason),
    );
});
