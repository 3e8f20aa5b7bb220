import assert from "node:assert/strict";
import { test } from "node:test";
import { comparePredictions } from "../../../lib/compression/comparePredictions";

test("image by image: the four counts add up to all images and to both accuracies; what is lost is above 0", () => {
  const labels = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
  const before = Int32Array.of(0, 1, 2, 3, 9, 5, 9, 9);
  const after = Int32Array.of(0, 1, 9, 9, 4, 9, 9, 8);
  const comparison = comparePredictions(before, after, labels);
  assert.deepEqual(comparison.counts, { bothRight: 2, onlyFirst: 3, onlySecond: 1, neither: 2 });
  assert.deepEqual([comparison.before.correct, comparison.after.correct], [5, 3]);
  assert.equal(comparison.drop.difference, 2 / 8);
  assert.ok(comparison.drop.low < 0.25 && comparison.drop.high > 0.25);
  // Of four discordant images: P(X ≥ 3) of a fair coin counted twice, the middle half.
  assert.equal(comparison.mcnemar.midP, 2 * (1 / 16 + 4 / 16) - 4 / 16);
});
