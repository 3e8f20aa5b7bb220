import assert from "node:assert/strict";
import { test } from "node:test";
import { runInBatches } from "../../../lib/engines/runInBatches";
import { tensor } from "../../../lib/core/tensor";
import { countingEngine, tinyNetwork } from "../../support/countingEngine";

test("inputs run 64 at a time, in order, the rest last", async () => {
  const batches: number[] = [];
  const inputs = tensor([130, 3, 2, 2]);
  for (let i = 0; i < 130; i++) inputs.data.fill(i, i * 12, (i + 1) * 12);
  const { shape, data } = await runInBatches(countingEngine(batches), tinyNetwork, inputs);
  assert.deepEqual(batches, [64, 64, 2]);
  assert.deepEqual(shape, [130, 2]);
  assert.deepEqual(
    Array.from(data),
    Array.from({ length: 260 }, (_, i) => Math.floor(i / 2)),
  );
});
