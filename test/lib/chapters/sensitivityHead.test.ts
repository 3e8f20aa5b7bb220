import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeadTask } from "../../../lib/chapters/protocol";
import { trainGoodHead } from "../../../lib/chapters/sensitivityHead";
import { Random } from "../../../lib/core/random";
import { tensor } from "../../../lib/core/tensor";

/** Features of ten classes, each around a point of its own, at a given scale. */
function separable(count: number, scale: number): HeadTask["train"] {
  const random = new Random(count);
  const features = tensor([count, 12]);
  for (let i = 0; i < features.data.length; i++) features.data[i] = scale * 0.1 * random.normal();
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, i) => {
    features.data[i * 12 + label] += scale;
  });
  return { features, labels };
}

test("a head learns classes that lie apart, and the same again", async () => {
  const task = { train: separable(640, 3), test: separable(100, 3) };
  const { head, accuracy } = await trainGoodHead(task);
  assert(accuracy.share > 0.95, String(accuracy.share));
  assert.deepEqual((await trainGoodHead(task)).head, head);
});

test("training that diverges is refused", async () => {
  const train = separable(640, 1e30);
  await assert.rejects(trainGoodHead({ train, test: train }), /diverged at learning rate 0\.01/);
});
