import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../../../lib/engines/run";
import { tensor } from "../../../lib/core/tensor";
import { preprocess } from "../../../lib/assets/images/preprocess";
import { countingEngine, randomImages, tinyNetwork } from "../../support/countingEngine";

test("inputs run 64 at a time, in order, the rest last", async () => {
  const batches: number[] = [];
  const inputs = tensor([130, 3, 2, 2]);
  for (let i = 0; i < 130; i++) inputs.data.fill(i, i * 12, (i + 1) * 12);
  const { shape, data } = await run(tinyNetwork, inputs, countingEngine(batches));
  assert.deepEqual(batches, [64, 64, 2]);
  assert.deepEqual(shape, [130, 2]);
  assert.deepEqual(
    Array.from(data),
    Array.from({ length: 260 }, (_, i) => Math.floor(i / 2)),
  );
});

test("images are preprocessed batch by batch, with progress", async () => {
  const images = randomImages(70);
  const seen: string[] = [];
  const outputs = await run(tinyNetwork, images, countingEngine([]), (done, total) => seen.push(`${done}/${total}`));
  assert.deepEqual(seen, ["64/70", "70/70"]);
  assert.deepEqual(outputs, await run(tinyNetwork, preprocess(images, 0, 70), countingEngine([])));
});
