import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readCifar10 } from "../../../../lib/assets/images/cifar10";
import { demoBatch } from "../../../../lib/assets/images/demoImages";
import { FileError } from "../../../../lib/core/errors";
import { sha256 } from "../../../../lib/core/files";
import { temporaryFolder } from "../../../fixtures/assets/hostile";

const folder = temporaryFolder();
const batch = demoBatch(5, 3);

function saved(name: string, content: Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

function refused(file: string, reason: RegExp) {
  return assert.rejects(
    readCifar10(file),
    (error: unknown) => error instanceof FileError && error.file === file && reason.test(error.reason),
  );
}

test("splits a file into labels and pixels", async () => {
  const images = await readCifar10(saved("batch.bin", batch));
  assert.equal(images.count, 5);
  assert.equal(images.sha256, sha256(batch));
  for (let i = 0; i < 5; i++) {
    assert.equal(images.labels[i], batch[i * 3073]);
    assert.deepEqual(images.pixels(i, i + 1), batch.subarray(i * 3073 + 1, (i + 1) * 3073));
  }
});

test("labels are below the number of classes: ten, unless told", async () => {
  const file = saved("classes.bin", batch);
  const largest = Math.max(...(await readCifar10(file)).labels);
  assert.equal((await readCifar10(file, largest + 1)).count, 5);
  await assert.rejects(
    readCifar10(file, largest),
    new RegExp(`has label ${largest} at image \\d: labels are 0 to ${largest - 1} `),
  );
});

test("refuses a file that is missing, empty, cut, or has a label over 9", async () => {
  await refused(join(folder, "missing.bin"), /does not exist/);
  await refused(saved("empty.bin", Buffer.alloc(0)), /is empty/);
  await refused(saved("cut.bin", batch.subarray(0, -1)), /has 15364 bytes, no multiple of 3073/);
  const wrong = Uint8Array.from(batch);
  wrong[2 * 3073] = 10;
  await refused(saved("label.bin", wrong), /label 10 at image 2/);
});
