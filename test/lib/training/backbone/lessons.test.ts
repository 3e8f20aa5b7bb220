import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "../../../../lib/core/tensor";
import { Lessons } from "../../../../lib/training/backbone/lessons";
import { oneHot } from "../../../../lib/training/oneHot";
import { colouredImages } from "../../../support/smallResnet";

/** Each image labelled by its place. */
function numbered(count: number) {
  return { ...colouredImages(count), labels: Int32Array.from({ length: count }, (_, i) => i) };
}

function lessonsOf(count: number) {
  const asked: number[][] = [];
  const answer = async (_: Tensor, labels: Int32Array) => {
    asked.push([...labels]);
    return oneHot(labels, count);
  };
  return { lessons: new Lessons(numbered(count), answer), asked };
}

test("an epoch shows each image at most once, the next one in another order", async () => {
  const { lessons, asked } = lessonsOf(150);
  assert.equal(lessons.stepsAnEpoch, 2);
  for (let step = 0; step < 4; step++) await lessons.at(step);
  assert.equal(new Set([...asked[0], ...asked[1]]).size, 128);
  assert.equal(new Set([...asked[2], ...asked[3]]).size, 128);
  assert.notDeepEqual(asked[2], asked[0]);
});

test("a step has the same lesson whatever came between, and is answered once", async () => {
  const { lessons, asked } = lessonsOf(150);
  const first = await lessons.at(1);
  await lessons.at(2);
  assert.deepEqual(await lessons.at(1), first);
  assert.equal(asked.length, 2);
});

test("fewer images than a batch are one batch", async () => {
  const { lessons } = lessonsOf(10);
  assert.equal(lessons.stepsAnEpoch, 1);
  const { images, targets } = await lessons.at(3);
  assert.deepEqual([images.shape[0], targets.shape], [10, [10, 10]]);
});
