import assert from "node:assert/strict";
import { test } from "node:test";
import { compressHeads, fineTune, recoverHeads, scoreHeads, trainBaseHeads } from "../../../lib/chapters/headRuns";
import { protocol } from "../../../lib/chapters/protocol";
import { sizeOf } from "../../../lib/core/tensor";
import { linearHeads, type Head } from "../../../lib/network/head";
import { trainHeads } from "../../../lib/training/trainHeads";
import { assertNear } from "../../support/close";
import { layer, matrix } from "../../support/madeUp";
import { syntheticImages } from "../../support/syntheticTask";

const task = { train: syntheticImages(1024, 1), test: syntheticImages(300, 2) };
const seeds = [0, 1, 5];

/** Fails unless two heads agree up to float32's rounding, which the number of heads trained together may change. */
function assertSameHead(actual: Head, expected: Head): void {
  actual.forEach(({ weight, bias }, i) => {
    const numbers = [...weight.data, ...(bias?.data ?? [])];
    const others = [...expected[i].weight.data, ...(expected[i].bias?.data ?? [])];
    assert.equal(numbers.length, others.length);
    for (let k = 0; k < numbers.length; k++) assertNear(numbers[k], others[k], 1e-5);
  });
}

test("a base head depends on its seed alone, and the same seed gives it again", async () => {
  const heads = await trainBaseHeads(task, seeds);
  assert.deepEqual(await trainBaseHeads(task, seeds), heads);
  assertSameHead((await trainBaseHeads(task, [5]))[0], heads[2]);
  assert.notDeepEqual(heads[0], heads[1]);
});

test("base heads start as PyTorch's and take ten batches of 64 at the report's rate", async () => {
  const [head] = await trainBaseHeads(task, [5]);
  const expected = await trainHeads(linearHeads(14, 10, [5]), task.train, {
    threads: 2,
    seeds: [5],
    learningRate: 0.1,
    momentum: 0.9,
    batchSize: 64,
    epochs: 10,
    maxBatches: 10,
  });
  assert.equal(expected.losses[0].length, 10);
  assert.deepEqual(head, expected.heads[0]);
});

test("base heads learn: far better than chance, and than the heads they started from", async () => {
  for (const { share } of scoreHeads(await trainBaseHeads(task, seeds), task.test))
    assert.ok(share > 0.7, String(share));
  const untrained = seeds.map((seed) => linearHeads(14, 10, [seed])[0]);
  for (const { share } of scoreHeads(untrained, task.test)) assert.ok(share < 0.4, String(share));
});

test("compressed heads have two layers of rank 5 and 2 and the report's savings", async () => {
  const base = [linearHeads(512, 10, [1])[0]];
  const size = (head: (typeof base)[number]) =>
    head.reduce((sum, { weight, bias }) => sum + sizeOf(weight.shape) + (bias?.data.length ?? 0), 0);
  for (const [keep, rank, saved] of [
    [0.5, 5, 2510],
    [0.2, 2, 4076],
  ]) {
    const [head] = compressHeads(base, keep);
    assert.deepEqual(
      head.map(({ weight }) => weight.shape),
      [
        [rank, 512],
        [10, rank],
      ],
    );
    assert.equal(size(base[0]) - size(head), saved);
  }
});

test("recovery is three epochs over all images, in another order than the base heads'", async () => {
  const base = await trainBaseHeads(task, seeds);
  const run = await recoverHeads(compressHeads(base, 0.5), task, seeds);
  assert.ok(run.losses.every((losses) => losses.length === (protocol.recoveryEpochs * 1024) / 64));
  const [again, other] = [[1005], [5]].map((orders) =>
    trainHeads(compressHeads([base[2]], 0.5), task.train, {
      threads: 2,
      seeds: orders,
      learningRate: 0.1,
      momentum: 0.9,
      batchSize: 64,
      epochs: 3,
    }),
  );
  assertSameHead(run.heads[2], (await again).heads[0]);
  const [expected, apart] = [run.heads[2], (await other).heads[0]];
  assert.throws(() => assertSameHead(apart, expected));
});

test("fine-tuning leaves the heads it starts from as they are", async () => {
  const start = [linearHeads(14, 10, [3])[0]];
  const copy = structuredClone(start);
  const moved = await fineTune(start, task.train, [1], 1, 0.01);
  assert.deepEqual(start, copy);
  assert.notDeepEqual(moved.heads, copy);
});

test("scores count the right answers of each head", () => {
  const images = { features: matrix([1, 0], [0, 1], [0, 1]), labels: Uint8Array.of(0, 1, 0) };
  const [right, wrong] = scoreHeads(
    [
      [
        layer([
          [1, 0],
          [0, 1],
        ]),
      ],
      [
        layer([
          [0, 1],
          [1, 0],
        ]),
      ],
    ],
    images,
  );
  assert.deepEqual([right.correct, right.total, wrong.correct], [2, 3, 1]);
});
