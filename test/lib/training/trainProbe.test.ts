import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../lib/core/random";
import { tensor } from "../../../lib/core/tensor";
import type { LabelledFeatures } from "../../../lib/engines/features";
import { topOne } from "../../../lib/training/evaluate";
import { trainProbe } from "../../../lib/training/trainProbe";

const settings = { classes: 10, seed: 0, epochs: 10, learningRate: 0.01, momentum: 0.9, batchSize: 64, threads: 1 };

/** Features of ten classes, each around a point of its own, at a given scale. */
function separable(count: number, scale: number): LabelledFeatures {
  const random = new Random(count);
  const features = tensor([count, 12]);
  for (let i = 0; i < features.data.length; i++) features.data[i] = scale * 0.1 * random.normal();
  const labels = Int32Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, i) => {
    features.data[i * 12 + label] += scale;
  });
  return { features, labels };
}

test("a probe learns classes that lie apart, and the same again", async () => {
  const train = separable(640, 3);
  const head = await trainProbe(train, settings);
  const { share } = topOne(head, separable(100, 3));
  assert.ok(share > 0.95, String(share));
  assert.deepEqual(await trainProbe(train, settings), head);
});

test("training that diverges is refused", async () => {
  await assert.rejects(trainProbe(separable(640, 1e30), settings), /diverged at learning rate 0\.01/);
});
