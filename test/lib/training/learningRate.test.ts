import assert from "node:assert/strict";
import { before, test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { factorize, type Head, linearHeads } from "../../../lib/network/head";
import { mean } from "../../../lib/statistics/summary";
import { topOne } from "../../../lib/training/evaluate";
import {
  bestStable,
  chooseLearningRate,
  splitForValidation,
  tryLearningRates,
} from "../../../lib/training/learningRate";
import { trainHeads } from "../../../lib/training/trainHeads";
import { syntheticImages } from "../../support/syntheticTask";

const train = syntheticImages(640, 1);
const unseen = syntheticImages(400, 2);
const split = splitForValidation(train, 0.25);
const seeds = [0, 1, 2];
const settings = { momentum: 0.9, batchSize: 64, epochs: 3, seeds, threads: 1 };
const rates = [0.1, 0.03, 0.01, 0.001];

/** Heads of rank 2, cut from heads that were trained on `fit` for ten batches. */
let starts: Head[];
before(async () => {
  const first = { ...settings, learningRate: 0.1, epochs: 2, maxBatches: 10 };
  const { heads } = await trainHeads(linearHeads(14, 10, seeds), split.fit, first);
  starts = heads.map((head) => factorize(head, 2));
});

test("the last part validates, the rest is trained on, nothing is in both or in neither", () => {
  const { fit, validation } = split;
  assert.deepEqual(
    [fit.features.shape, validation.features.shape],
    [
      [480, 14],
      [160, 14],
    ],
  );
  assert.deepEqual([...fit.features.data, ...validation.features.data], [...train.features.data]);
  assert.deepEqual([...fit.labels, ...validation.labels], [...train.labels]);
  const odd = splitForValidation(syntheticImages(7, 3), 0.25);
  assert.deepEqual([odd.fit.labels.length, odd.validation.labels.length], [5, 2]);
});

test("a split that leaves one part empty is refused in one line that names the share", () => {
  for (const share of [0, 1, -0.1, 1.5, Number.NaN])
    assert.throws(
      () => splitForValidation(train, share),
      (error) => error instanceof UserError && error.message.includes(`validation share ${share}`),
    );
});

test("the best rate is the most accurate one without a collapsed seed", () => {
  const trial = (learningRate: number, accuracy: number, collapsed = 0) => ({ learningRate, accuracy, collapsed });
  assert.equal(bestStable([trial(0.1, 0.5), trial(0.01, 0.7), trial(0.001, 0.6)]).learningRate, 0.01);
  assert.equal(bestStable([trial(0.1, 0.9, 1), trial(0.01, 0.7), trial(0.001, 0.6)]).learningRate, 0.01);
  assert.equal(bestStable([trial(0.1, 0.4, 3), trial(0.01, 0.5, 1)]).learningRate, 0.01, "none is stable");
  assert.equal(bestStable([trial(0.1, 0.5), trial(0.01, 0.5)]).learningRate, 0.1, "the first of equal ones");
});

test("a trial trains on `fit` alone, and its accuracy is that on the validation images", async () => {
  const copy = structuredClone(starts);
  const trials = await tryLearningRates(starts, split, rates, settings);
  assert.deepEqual(starts, copy, "the heads it starts from stay as they are");
  for (const { learningRate, accuracy, collapsed } of trials) {
    const { heads } = await trainHeads(starts, split.fit, { ...settings, learningRate });
    assert.equal(accuracy, mean(heads.map((head) => topOne(head, split.validation).share)));
    assert.equal(collapsed, 0);
  }
  assert.deepEqual(
    trials.map(({ learningRate }) => learningRate),
    rates,
  );
});

test("a rate at which seeds collapse is never chosen while another is stable", async () => {
  const [wild, calm] = await tryLearningRates(starts, split, [1e30, 0.01], settings);
  assert.equal(wild.collapsed, seeds.length);
  assert.equal(calm.collapsed, 0);
  assert.equal(await chooseLearningRate(starts, split, [1e30, 0.01], settings), 0.01);
  await assert.rejects(chooseLearningRate(starts, split, [], settings), UserError);
});

test("the same seeds choose the same rate again, and training at it wins back some of what the cut cost", async () => {
  const rate = await chooseLearningRate(starts, split, rates, settings);
  assert.equal(await chooseLearningRate(starts, split, rates, settings), rate);
  const accuracy = (heads: readonly Head[]) => mean(heads.map((head) => topOne(head, unseen).share));
  const { heads } = await trainHeads(starts, train, { ...settings, learningRate: rate });
  assert.ok(accuracy(heads) > accuracy(starts) + 0.02, `${accuracy(heads)} against ${accuracy(starts)}`);
});
