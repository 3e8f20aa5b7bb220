import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { type Cache, cached } from "../../../lib/core/cache";
import { FileError } from "../../../lib/core/errors";
import { type Tensor, tensor } from "../../../lib/core/tensor";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cache-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

let computed = 0;
const ask = <T>(value: T, origin: Record<string, unknown> = {}, changed: Partial<Cache> = {}, name = "value") =>
  cached(name, origin, { fresh: false, folder, ...changed }, () => {
    computed++;
    return value;
  });

/** How often it is computed to ask that. */
async function computations(work: () => Promise<unknown>): Promise<number> {
  computed = 0;
  await work();
  return computed;
}

const numbers = (...values: number[]): Tensor => tensor([values.length], Float32Array.from(values));
const mixed = {
  text: "σ\nτ",
  list: [1.5, null, true],
  tensors: { "2": numbers(1, Number.NaN, -0), "1": numbers(), a: [numbers(0.1)] },
};

test("numbers, text, lists and tensors come back as they were, the first time and from the disk", async () => {
  assert.deepEqual(await ask(mixed), mixed);
  assert.equal(await computations(async () => assert.deepEqual(await ask(mixed), mixed)), 0);
  assert.equal(await ask(0, { of: 0 }), 0);
  assert.equal(await computations(() => ask(0, { of: 0 })), 0);
});

test("another name or origin is another entry; typed arrays count by content, also those of a Buffer", async () => {
  const data = Float32Array.of(9, 1, 2);
  await ask(1, { data, bytes: Buffer.from("ab") });
  const equal = { data: data.slice(), bytes: Buffer.from("xaby").subarray(1, 3) };
  assert.equal(await computations(() => ask(1, equal)), 0);
  const others = [{ data: data.subarray(1) }, { data, bytes: Buffer.from("ac") }, { data: { 0: 9, 1: 1, 2: 2 } }, {}];
  for (const other of others) assert.equal(await computations(() => ask(1, other)), 1);
  assert.equal(await computations(() => ask(1, equal, {}, "other")), 1);
  assert.equal(readdirSync(folder).length, 6);
});

test("fresh computes again and keeps that", async () => {
  await ask(1);
  assert.equal(await ask(2), 1);
  assert.equal(await ask(2, {}, { fresh: true }), 2);
  assert.equal(await ask(3), 2);
});

const damages: Record<string, (content: Buffer) => Buffer> = {
  "a flipped bit among the numbers": (content) => {
    content[content.length - 5] ^= 1;
    return content;
  },
  "a flipped bit in the header": (content) => {
    content[20] ^= 1;
    return content;
  },
  "a lost end": (content) => content.subarray(0, content.length - 4),
  "half a header": (content) => content.subarray(0, 50),
  nothing: () => Buffer.alloc(0),
  "something else": () => Buffer.from("null\n"),
};

for (const [name, damage] of Object.entries(damages)) {
  test(`a file with ${name} is computed again`, async () => {
    await ask(mixed);
    const file = join(folder, readdirSync(folder)[0]);
    const intact = readFileSync(file);
    writeFileSync(file, damage(Buffer.from(intact)));
    assert.equal(await computations(async () => assert.deepEqual(await ask(mixed), mixed)), 1);
    assert.deepEqual(readFileSync(file), intact);
  });
}

test("what fails leaves no entry; a folder that cannot be written is an error of one line", async () => {
  const failing = cached("failing", {}, { fresh: false, folder }, () => Promise.reject(new Error("no")));
  await assert.rejects(failing, /^Error: no$/);
  assert.deepEqual(readdirSync(folder), []);
  const blocked = join(folder, "a file");
  writeFileSync(blocked, "");
  await assert.rejects(ask(1, {}, { folder: blocked }), FileError);
});
