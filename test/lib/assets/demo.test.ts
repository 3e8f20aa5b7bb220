import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { demoChecksum, drawDemoImages } from "../../../lib/assets/demo";
import { demoBatch } from "../../../lib/assets/images/demoImages";
import { FileError, UserError } from "../../../lib/core/errors";
import { sha256 } from "../../../lib/core/files";
import { temporaryFolder } from "../../fixtures/assets/hostile";

const batches = { "data_batch_1.bin": { count: 3, seed: 11 }, "test_batch.bin": { count: 2, seed: 12 } };
const drawn = { "data_batch_1.bin": demoBatch(3, 11), "test_batch.bin": demoBatch(2, 12) };
const base = temporaryFolder();
let folders = 0;

function demoFolderWith(checksums: unknown): string {
  const folder = join(base, `demo-${folders++}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "checksums.json"), typeof checksums === "string" ? checksums : JSON.stringify(checksums));
  return folder;
}

const right = demoFolderWith({
  "data_batch_1.bin": sha256(drawn["data_batch_1.bin"]),
  "test_batch.bin": sha256(drawn["test_batch.bin"]),
});

test("draws the images once, and again what is no longer right", async () => {
  const folder = join(base, "images");
  const steps: number[][] = [];
  await drawDemoImages(folder, right, (_step, ...counts) => steps.push(counts), batches);
  assert.deepEqual(steps, [
    [0, 2],
    [1, 2],
    [2, 2],
  ]);
  assert.deepEqual(readdirSync(folder).sort(), Object.keys(batches));
  const before = statSync(join(folder, "test_batch.bin"));
  writeFileSync(join(folder, "data_batch_1.bin"), readFileSync(join(folder, "data_batch_1.bin")).subarray(1));
  await drawDemoImages(folder, right, undefined, batches);
  await drawDemoImages(folder, right, () => assert.fail("all are there"), batches);
  for (const [name, records] of Object.entries(drawn)) assert.ok(readFileSync(join(folder, name)).equals(records));
  assert.equal(statSync(join(folder, "test_batch.bin")).ino, before.ino);
});

test("says so if this machine draws other images, and leaves none", async () => {
  const other = demoFolderWith({ "data_batch_1.bin": "0", "test_batch.bin": "0" });
  await assert.rejects(drawDemoImages(join(base, "none"), other, undefined, batches), UserError);
  assert.throws(() => readdirSync(join(base, "none")));
});

test("a checksum that is not recorded is an error that names the file", () => {
  for (const checksums of [{}, [], "not JSON", "null", { "test_batch.bin": 5 }]) {
    assert.throws(() => demoChecksum(demoFolderWith(checksums), "test_batch.bin"), FileError);
  }
  assert.throws(() => demoChecksum(join(base, "nowhere"), "test_batch.bin"), /checksums\.json: does not exist/);
});
