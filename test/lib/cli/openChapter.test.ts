import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { requireMemory, variations } from "../../../lib/cli/openChapter";

const reported = { threshold: 0.95, layers: ["layer2.0.conv1", "fc"], rounds: [{ batch: 1 }] };

test("the report's own settings, or some of them, are no variation", () => {
  assert.deepEqual(variations({}, reported), []);
  assert.deepEqual(variations({ threshold: 0.95, layers: ["layer2.0.conv1", "fc"] }, reported), []);
  assert.deepEqual(variations({ rounds: [{ batch: 1 }] }, reported), []);
});

test("each other value is named beside the report's", () => {
  assert.deepEqual(variations({ threshold: 0.9, layers: ["fc"], rounds: [{ batch: 1 }] }, reported), [
    "threshold: 0.9 instead of 0.95",
    'layers: ["fc"] instead of ["layer2.0.conv1","fc"]',
  ]);
});

test("what is no number is a variation too, and so is what the report does not set", () => {
  assert.deepEqual(variations({ threshold: Number.NaN, seed: 3 }, reported), [
    "threshold: NaN instead of 0.95",
    "seed: 3, which the report does not set",
  ]);
  assert.deepEqual(variations({ threshold: undefined }, reported), ["threshold: undefined instead of 0.95"]);
});

test("a machine with too little memory is refused before anything is loaded", () => {
  requireMemory(3 * 2 ** 30);
  assert.throws(() => requireMemory(2 * 2 ** 30), new UserError("2.0 GiB of memory: 3 GiB are needed"));
});
