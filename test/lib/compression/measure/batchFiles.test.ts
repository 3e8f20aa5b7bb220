import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { BatchFiles } from "../../../../lib/compression/measure/batchFiles";
import { Random } from "../../../../lib/core/random";
import { tensor } from "../../../../lib/core/tensor";
import { normalTensor } from "../../../support/smallResnet";

/** A temporary folder of its own, that other processes leave no files in. */
const folder = mkdtempSync(join(tmpdir(), "batch-files-test-"));
process.env.TMPDIR = folder;
after(() => rmSync(folder, { recursive: true }));

test("values come back as they went in, in any order, with their shapes", async () => {
  const files = await BatchFiles.create();
  const random = new Random(1);
  const batches = [
    [4, 3, 5, 7],
    [2, 3, 5, 7],
    [1, 9],
    [0, 9],
  ].map((shape) => normalTensor(random, shape));
  batches[1].data.set([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-45]);
  for (const [i, batch] of batches.entries()) files.put(`${i}`, batch);
  for (const i of [2, 0, 3, 1, 1]) assert.deepEqual(files.read(`${i}`), batches[i]);
  assert.equal(files.read("4"), undefined);
  await files.remove();
});

test("a view of a larger buffer: its own numbers only, and a copy of them", async () => {
  const files = await BatchFiles.create();
  const whole = Float32Array.from({ length: 10 }, (_, i) => i);
  files.put("a", tensor([2, 2], whole.subarray(3, 7)));
  whole.fill(0);
  assert.deepEqual([...files.read("a")!.data], [3, 4, 5, 6]);
  await files.remove();
});

const bytesIn = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

test("values take no more than the room there is; what is replaced makes room", async () => {
  const files = await BatchFiles.create(40);
  const ones = (count: number) => tensor([count], new Float32Array(count).fill(1));
  files.put("a", ones(6));
  files.put("b", ones(5)); // 44 bytes together
  assert.equal(files.read("b"), undefined);
  files.put("c", ones(4));
  assert.equal(bytesIn(), 40);
  files.put("a", ones(7));
  assert.equal(files.read("a"), undefined);
  assert.equal(bytesIn(), 16);
  files.put("a", ones(2));
  files.put("b", ones(4));
  assert.deepEqual([files.read("a")?.shape, files.read("b")?.shape, files.read("c")?.shape], [[2], [4], [4]]);
  assert.equal(bytesIn(), 40);
  await files.remove();
});

test("two of them do not mix; what is removed is gone, and may be removed again", async () => {
  const [a, b] = [await BatchFiles.create(), await BatchFiles.create()];
  a.put("x", tensor([1], Float32Array.of(1)));
  b.put("x", tensor([1], Float32Array.of(2)));
  assert.equal(readdirSync(folder).length, 2);
  await a.remove();
  assert.equal(b.read("x")?.data[0], 2);
  assert.throws(() => a.read("x"), /ENOENT/);
  await b.remove();
  await b.remove();
  assert.deepEqual(readdirSync(folder), []);
});

test("a folder that is gone is reported as a file error of one line", async () => {
  const files = await BatchFiles.create();
  await files.remove();
  assert.throws(() => files.put("x", tensor([1])), { name: "FileError", message: /does not exist/ });
  assert.equal(files.read("x"), undefined);
});
