import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compressHeads, fineTune, scoreHeads, trainBaseHeads } from "../../../lib/chapters/headRuns";
import type { HeadTask } from "../../../lib/chapters/protocol";
import {
  bestStable,
  learningRates,
  meanShare,
  type Recovery,
  recoverEveryWay,
  recoveryMethods,
  splitForValidation,
  uncompressed,
} from "../../../lib/chapters/recoveryMethods";
import type { Head } from "../../../lib/network/head";
import { centredOverClasses, outputAwareHead } from "../../../lib/training/outputAware";
import { syntheticImages } from "../../support/syntheticTask";

const train = syntheticImages(640, 1);
const unseen = syntheticImages(400, 2);
const seeds = [0, 1, 2];

/** A task whose test images cannot be looked at. */
const task: HeadTask = {
  train,
  test: {
    get features(): never {
      throw new Error("the test images' features were read");
    },
    get labels(): never {
      throw new Error("the test images' labels were read");
    },
  },
};

let base: Head[];
let recoveries: Recovery[];
before(async () => {
  base = await trainBaseHeads(task, seeds);
  recoveries = await recoverEveryWay(task, base, seeds, [0.5, 0.2]);
});

const result = (id: string, keep: number) => {
  const found = recoveries.find(({ method, keep: other }) => method.id === id && other === keep);
  assert.ok(found, `${id} at ${keep}`);
  return found;
};

test("the last quarter validates, the rest is trained on, nothing is in both or in neither", () => {
  const { fit, validation } = splitForValidation(train);
  assert.deepEqual(
    [fit.features.shape, validation.features.shape],
    [
      [480, 14],
      [160, 14],
    ],
  );
  assert.deepEqual([...fit.features.data, ...validation.features.data], [...train.features.data]);
  assert.deepEqual([...fit.labels, ...validation.labels], [...train.labels]);
  const odd = splitForValidation(syntheticImages(7, 3));
  assert.deepEqual([odd.fit.labels.length, odd.validation.labels.length], [5, 2]);
});

test("the best rate is the most accurate one without a collapsed seed", () => {
  const trial = (learningRate: number, accuracy: number, collapsed = 0) => ({ learningRate, accuracy, collapsed });
  assert.equal(bestStable([trial(0.1, 0.5), trial(0.01, 0.7), trial(0.001, 0.6)]).learningRate, 0.01);
  assert.equal(bestStable([trial(0.1, 0.9, 1), trial(0.01, 0.7), trial(0.001, 0.6)]).learningRate, 0.01);
  assert.equal(bestStable([trial(0.1, 0.4, 3), trial(0.01, 0.5, 1)]).learningRate, 0.01, "none is stable");
  assert.equal(bestStable([trial(0.1, 0.5), trial(0.01, 0.5)]).learningRate, 0.1, "the first of equal ones");
});

test("every method runs at both ranks over all seeds, and never looks at a test image", () => {
  assert.equal(recoveryMethods.map(({ id }) => id).join(""), "abcdef");
  assert.equal(recoveries.length, 15);
  for (const { heads, keep } of recoveries.slice(0, 12)) {
    assert.equal(heads.length, seeds.length);
    const rank = keep === 0.5 ? 5 : 2;
    for (const [first, last] of heads)
      assert.deepEqual(
        [first.weight.shape, last.weight.shape],
        [
          [rank, 14],
          [10, rank],
        ],
      );
  }
});

test("the uncompressed head gets the trainings of a, b and c, at rates of its own", async () => {
  const further = recoveries.slice(12);
  assert.equal(further.map(({ method: { id }, keep }) => `${id}${keep}`).join(" "), "a1 b1 c1");
  for (const { method, learningRate, heads } of further) {
    const run = await fineTune(base, train, seeds, method.id === "c" ? 10 : 3, learningRate as number);
    assert.deepEqual(heads, run.heads);
  }
  assert.equal(result("a", uncompressed).learningRate, 0.1);
});

test("the same seeds give the same numbers again, whatever else was run before", async () => {
  assert.deepEqual(await recoverEveryWay(task, base, seeds, [0.2]), recoveries.slice(6));
});

test("a is the report's protocol: three epochs at 0.1 from the cut", async () => {
  const run = await fineTune(compressHeads(base, 0.5), train, seeds, 3, 0.1);
  assert.deepEqual(result("a", 0.5).heads, run.heads);
  assert.equal(result("a", 0.5).learningRate, 0.1);
});

test("d and e follow from base head and features alone: no training step, no label", () => {
  for (const keep of [0.5, 0.2]) {
    const rank = 10 * keep;
    assert.deepEqual(
      result("d", keep).heads,
      base.map((head) => outputAwareHead(head, train.features, rank)),
    );
    assert.deepEqual(result("e", keep).heads, compressHeads(base.map(centredOverClasses), keep));
    assert.deepEqual([result("d", keep).learningRate, result("e", keep).learningRate], [undefined, undefined]);
  }
});

test("b, c and f train on all training images at a rate of the sweep, chosen on the split", async () => {
  for (const [id, epochs] of [
    ["b", 3],
    ["c", 10],
  ] as const) {
    const { learningRate, heads } = result(id, 0.2);
    assert.ok(learningRates.some((rate) => rate === learningRate));
    const run = await fineTune(compressHeads(base, 0.2), train, seeds, epochs, learningRate as number);
    assert.deepEqual(heads, run.heads);
  }
  const { learningRate, heads } = result("f", 0.5);
  const starts = base.map((head) => outputAwareHead(centredOverClasses(head), train.features, 5));
  assert.deepEqual(heads, (await fineTune(starts, train, seeds, 3, learningRate as number)).heads);
});

test("the chosen rate is the best on the validation images among base heads that never saw them", async () => {
  const { fit, validation } = splitForValidation(train);
  const starts = compressHeads(await trainBaseHeads({ train: fit, test: fit }, seeds), 0.2);
  const shares: number[] = [];
  for (const rate of learningRates) {
    const { heads } = await fineTune(starts, fit, seeds, 3, rate);
    shares.push(meanShare(scoreHeads(heads, validation)));
  }
  // On this task no rate of the sweep makes a head collapse, so that the best is simply the most accurate.
  assert.equal(result("b", 0.2).learningRate, learningRates[shares.indexOf(Math.max(...shares))]);
});

test("on a task that can be learned, the cut costs accuracy and training at the chosen rate wins some of it back", () => {
  const accuracy = (heads: readonly Head[]) => meanShare(scoreHeads(heads, unseen));
  const [whole, cut] = [accuracy(base), accuracy(compressHeads(base, 0.2))];
  assert.ok(cut < whole - 0.1, `${cut} against ${whole}`);
  for (const id of ["b", "c", "f"]) assert.ok(accuracy(result(id, 0.2).heads) > cut, id);
});
