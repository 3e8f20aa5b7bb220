import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { normalTensor, Random } from "../../../lib/core/random";
import type { LabelledFeatures } from "../../../lib/engines/features";
import { tensor } from "../../../lib/core/tensor";
import { logitsOf, topOne } from "../../../lib/training/evaluate";
import { linearHeads, type Head } from "../../../lib/network/head";
import { type TrainingOptions, trainHeads } from "../../../lib/training/trainHeads";
import recorded from "../../fixtures/head-training.json";
import { formulaTraining } from "../../support/formulaTraining";

interface Recording {
  losses: number[];
  logits: number[];
  layers?: { weight: number[]; bias?: number[] }[];
}

/** Within the tolerance times the largest number expected, or 1 if that is more. */
function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(1, ...Array.from(expected, Math.abs));
  const worst = Math.max(0, ...Array.from(actual, (value, i) => Math.abs(value - expected[i])));
  assert.ok(worst <= tolerance * largest, `off by ${worst} of ${largest}`);
}

const flat = (heads: Head[]) =>
  heads.flatMap((head) => head.flatMap(({ weight, bias }) => [...weight.data, ...(bias?.data ?? [])]));

describe("ten steps are PyTorch's", () => {
  const small = { batchSize: 32, learningRate: 0.1, maxBatches: 10 };
  const large = { batchSize: 64, maxBatches: 10 };
  const cases = [
    { recording: recorded.plain, ...formulaTraining(72, 24, 5, undefined), changed: small },
    { recording: recorded.factorized, ...formulaTraining(72, 24, 5, 3), changed: small },
    {
      recording: recorded["the report's size"],
      ...formulaTraining(1024, 512, 10, undefined),
      changed: { ...large, learningRate: 0.1 },
    },
    {
      recording: recorded["the report's size, factorized"],
      ...formulaTraining(1024, 512, 10, 5),
      changed: { ...large, learningRate: 0.01 },
    },
  ];
  for (const [i, { recording, heads, data, options, changed }] of cases.entries()) {
    test(Object.keys(recorded)[i], async () => {
      const run = await trainHeads(heads, data, { ...options, ...changed });
      assertClose(run.losses[0], recording.losses, 1e-5);
      const { features } = data;
      const first = tensor([20, features.shape[1]], features.data.slice(0, 20 * features.shape[1]));
      assertClose(logitsOf(run.heads[0], first).data, recording.logits, 1e-5);
      assert.deepEqual(run.nonFiniteAt, [undefined]);
      (recording as Recording).layers?.forEach((layer, l) => {
        assertClose(run.heads[0][l].weight.data, layer.weight, 1e-5);
        assertClose(run.heads[0][l].bias?.data ?? [], layer.bias ?? [], 1e-5);
      });
    });
  }
});

const random = new Random(5);
const features = normalTensor([100, 16], random);
/** 100 random images of four classes. */
const images: LabelledFeatures = { features, labels: Int32Array.from({ length: 100 }, () => random.integer(4)) };
const settings = { learningRate: 0.1, momentum: 0.9, batchSize: 16, epochs: 2, threads: 1 };

/** Trains a fresh head a seed on the random images. */
function train({ data = images, ...changed }: Partial<TrainingOptions> & { data?: LabelledFeatures } = {}) {
  const { seeds = [1, 2, 3] } = changed;
  return trainHeads(linearHeads(16, 4, seeds), data, { ...settings, seeds, ...changed });
}

describe("many heads at once", () => {
  test("are each what it is alone", async () => {
    const together = await train({ learningRate: [0.1, 0.01, 0.3] });
    for (const [i, learningRate] of [0.1, 0.01, 0.3].entries()) {
      const alone = await train({ learningRate, seeds: [i + 1] });
      assertClose(flat([together.heads[i]]), flat(alone.heads), 1e-6);
      assertClose(together.losses[i], alone.losses[0], 1e-6);
    }
  });
  test("the same seeds give the same bits, other seeds others; the given heads stay as they were", async () => {
    const heads = linearHeads(16, 4, [1, 2, 3]);
    const before = flat(heads);
    const first = await trainHeads(heads, images, { ...settings, seeds: [1, 2, 3] });
    assert.deepEqual(await train(), first);
    assert.deepEqual(flat(heads), before);
    const others = await trainHeads(heads, images, { ...settings, seeds: [4, 5, 6] });
    assert.notDeepEqual(others.losses, first.losses);
  });
  test("learn what can be learned", async () => {
    const labels = images.labels.map((_, i) => (features.data[16 * i] > 0 ? 1 : 0));
    const { heads, losses } = await train({ data: { features, labels }, learningRate: 0.5, epochs: 30 });
    for (const loss of losses) assert.ok(loss[loss.length - 1] < 0.25, `${loss[loss.length - 1]}`);
    for (const head of heads) assert.ok(topOne(head, { features, labels }).share > 0.95);
  });
});

test("steps: whole epochs with a smaller last batch, or as many as maxBatches says", async () => {
  const seen: string[] = [];
  const onProgress = (done: number, total: number) => seen.push(`${done}/${total}`);
  assert.equal((await train({ onProgress })).losses[0].length, 14);
  assert.deepEqual([seen.length, seen[0], seen[13]], [14, "1/14", "14/14"]);
  assert.equal((await train({ maxBatches: 9 })).losses[2].length, 9);
  for (const none of [{ maxBatches: 0 }, { epochs: 0 }])
    assert.deepEqual((await train(none)).heads, linearHeads(16, 4, [1, 2, 3]));
});

describe("NaN and infinity", () => {
  test("are recorded for the head they befall", async () => {
    const { nonFiniteAt, losses, heads } = await train({ learningRate: [0.1, 1e38, 0.1] });
    assert.ok(nonFiniteAt[1]! > 1);
    assert.deepEqual([nonFiniteAt[0], nonFiniteAt[2]], [undefined, undefined]);
    assert.equal(losses[1].findIndex((loss) => !Number.isFinite(loss)) + 1, nonFiniteAt[1]);
    assert.ok(flat([heads[0], heads[2]]).every(Number.isFinite));
  });
  test("in the weights after the last step only", async () => {
    const { nonFiniteAt } = await train({ learningRate: Number.MAX_VALUE, maxBatches: 1 });
    assert.deepEqual(nonFiniteAt, [1, 1, 1]);
  });
});

test("settings that nothing can be trained by are refused in one line", async () => {
  const cases: [Partial<TrainingOptions>, string][] = [
    [{ learningRate: Number.NaN }, "learning rate NaN: choose a number above 0"],
    [{ learningRate: [0.1, 0, 0.1] }, "learning rate 0: choose a number above 0"],
    [{ learningRate: Number.POSITIVE_INFINITY }, "learning rate Infinity: choose a number above 0"],
    [{ learningRate: [0.1] }, "1 learning rates for 3 heads: give one, or as many"],
    [{ momentum: 1 }, "momentum 1: choose one from 0 to below 1"],
    [{ momentum: Number.NaN }, "momentum NaN: choose one from 0 to below 1"],
    [{ batchSize: 0 }, "batchSize 0: choose a whole number of at least 1"],
    [{ epochs: 1.5 }, "epochs 1.5: choose a whole number of at least 0"],
    [{ maxBatches: -1 }, "maxBatches -1: choose a whole number of at least 0"],
    [{ seeds: [] }, "0 heads to train: choose at least one seed"],
  ];
  for (const [changed, message] of cases) await assert.rejects(train(changed), new UserError(message));
});

test("labels and heads that do not fit", async () => {
  const labels = images.labels.slice().fill(4, 7, 8);
  await assert.rejects(train({ data: { features, labels } }), /image 7 is labelled 4/);
  await assert.rejects(train({ data: { features, labels: labels.subarray(1) } }), /99 labels for 100 images/);
  const heads = linearHeads(16, 4, [1, 2, 3]);
  await assert.rejects(trainHeads(heads, images, { ...settings, seeds: [1] }), /1 seeds for 3 heads/);
  const twoShapes = [...heads.slice(1), ...linearHeads(16, 5, [0])];
  await assert.rejects(trainHeads(twoShapes, images, { ...settings, seeds: [1, 2, 3] }), /two shapes/);
});
