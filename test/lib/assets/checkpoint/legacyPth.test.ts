import assert from "node:assert/strict";
import { test } from "node:test";
import { readLegacyPth } from "../../../../lib/assets/checkpoint/legacyPth";
import { readPth } from "../../../../lib/assets/checkpoint/pth";
import { FileError } from "../../../../lib/core/errors";
import { Random } from "../../../../lib/core/random";
import { fixture } from "../../../fixtures/assets/hostile";

const legacy = fixture("small-legacy.pth");

test("reads the same state dict as from the zip format", async () => {
  assert.deepEqual(readLegacyPth("small-legacy.pth", legacy), await readPth("small.pth", fixture("small.pth")));
});

test("refuses the file cut at any length, or with bytes after its end", () => {
  for (let length = 21; length < legacy.length; length += 5) {
    assert.throws(() => readLegacyPth("cut.pth", legacy.subarray(0, length)), FileError);
  }
  assert.throws(() => readLegacyPth("long.pth", Buffer.concat([legacy, Buffer.alloc(1)])), /bytes after the last/);
  for (const other of ["80024dea032e", "80024b012e"]) {
    const changed = Buffer.concat([legacy.subarray(0, 15), Buffer.from(other, "hex"), legacy.subarray(21)]);
    assert.throws(() => readLegacyPth("version.pth", changed), /is damaged: it begins as no file of torch does/);
  }
});

test("a big-endian machine is named as such", () => {
  const at = legacy.indexOf("little_endian") + "little_endian".length;
  const changed = Buffer.from(legacy);
  changed[changed.indexOf(0x88, at)] = 0x89;
  assert.throws(() => readLegacyPth("big.pth", changed), /was written on a big-endian machine: in Python, .*$/);
});

test("a flipped bit gives a state dict or a FileError, never another failure", () => {
  const random = new Random(8);
  let caught = 0;
  for (let trial = 0; trial < 3000; trial++) {
    const flipped = Buffer.from(legacy);
    flipped[21 + random.integer(legacy.length - 21)] ^= 1 << random.integer(8);
    try {
      readLegacyPth("flipped.pth", flipped);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      caught++;
    }
  }
  assert.ok(caught > 500, `${caught} of 3000 caught`);
});
