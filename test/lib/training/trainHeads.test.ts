import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { Random } from "../../../lib/core/random";
import { tensor } from "../../../lib/core/tensor";
import { headLogits } from "../../../lib/training/evaluate";
import { freshHead, type Head } from "../../../lib/training/head";
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
  const cases: { recording: Recording; options: TrainingOptions }[] = [
    { recording: recorded.plain, options: { ...formulaTraining(72, 24, 5, undefined), ...small } },
    { recording: recorded.factorized, options: { ...formulaTraining(72, 24, 5, 3), ...small } },
    {
      recording: recorded["the report's size"],
      options: { ...formulaTraining(1024, 512, 10, undefined), ...large, learningRate: 0.1 },
    },
    {
      recording: recorded["the report's size, factorized"],
      options: { ...formulaTraining(1024, 512, 10, 5), ...large, learningRate: 0.01 },
    },
  ];
  for (const [i, { recording, options }] of cases.entries()) {
    test(Object.keys(recorded)[i], async () => {
      const { heads, losses, nonFiniteAt } = await trainHeads(options);
      assertClose(losses[0], recording.losses, 1e-5);
      const { features } = options;
      const first = tensor([20, features.shape[1]], features.data.slice(0, 20 * features.shape[1]));
      assertClose(headLogits(heads[0], first).data, recording.logits, 1e-5);
      assert.deepEqual(nonFiniteAt, [undefined]);
      recording.layers?.forEach((layer, l) => {
        assertClose(heads[0][l].weight.data, layer.weight, 1e-5);
        assertClose(heads[0][l].bias?.data ?? [], layer.bias ?? [], 1e-5);
      });
    });
  }
});

/** Three heads on 100 random images of four classes. */
function task(options: { learningRate: number | number[]; seeds?: number[] }) {
  const random = new Random(5);
  const features = tensor(
    [100, 16],
    Float32Array.from({ length: 1600 }, () => random.normal()),
  );
  const labels = Uint8Array.from({ length: 100 }, () => random.integer(4));
  const seeds = options.seeds ?? [1, 2, 3];
  const heads = seeds.map((seed) => freshHead(16, 4, new Random(seed)));
  return { features, labels, heads, batchSize: 16, epochs: 2, ...options, seeds };
}

describe("many heads at once", () => {
  test("are each what it is alone", async () => {
    const together = await trainHeads(task({ learningRate: [0.1, 0.01, 0.3] }));
    for (const [i, learningRate] of [0.1, 0.01, 0.3].entries()) {
      const alone = await trainHeads(task({ learningRate, seeds: [i + 1] }));
      assertClose(flat([together.heads[i]]), flat(alone.heads), 1e-6);
      assertClose(together.losses[i], alone.losses[0], 1e-6);
    }
  });
  test("the same seeds give the same bits, other seeds others; the given heads stay as they were", async () => {
    const options = task({ learningRate: 0.1 });
    const before = flat(options.heads);
    const first = await trainHeads(options);
    assert.deepEqual(await trainHeads(options), first);
    assert.deepEqual(flat(options.heads), before);
    assert.notDeepEqual((await trainHeads({ ...options, seeds: [4, 5, 6] })).losses, first.losses);
  });
  test("learn what can be learned", async () => {
    const options = task({ learningRate: 0.5 });
    const separable = {
      ...options,
      labels: options.labels.map((_, i) => (options.features.data[16 * i] > 0 ? 1 : 0)),
      epochs: 30,
    };
    const { losses } = await trainHeads(separable);
    for (const loss of losses) assert.ok(loss[loss.length - 1] < 0.25, `${loss[loss.length - 1]}`);
  });
});

test("steps: whole epochs with a smaller last batch, or as many as maxBatches says", async () => {
  const seen: string[] = [];
  const options = {
    ...task({ learningRate: 0.1 }),
    onProgress: (done: number, total: number) => seen.push(`${done}/${total}`),
  };
  assert.equal((await trainHeads(options)).losses[0].length, 14);
  assert.deepEqual([seen.length, seen[0], seen[13]], [14, "1/14", "14/14"]);
  assert.equal((await trainHeads({ ...options, maxBatches: 9 })).losses[2].length, 9);
  const none = await trainHeads({ ...options, maxBatches: 0 });
  assert.deepEqual(none.heads, options.heads);
});

describe("NaN and infinity", () => {
  test("are recorded for the head they befall", async () => {
    const { nonFiniteAt, losses, heads } = await trainHeads(task({ learningRate: [0.1, 1e38, 0.1] }));
    assert.ok(nonFiniteAt[1]! > 1);
    assert.deepEqual([nonFiniteAt[0], nonFiniteAt[2]], [undefined, undefined]);
    assert.equal(losses[1].findIndex((loss) => !Number.isFinite(loss)) + 1, nonFiniteAt[1]);
    assert.ok(flat([heads[0], heads[2]]).every(Number.isFinite));
  });
  test("in the weights after the last step only", async () => {
    const { nonFiniteAt } = await trainHeads({ ...task({ learningRate: Infinity }), maxBatches: 1 });
    assert.deepEqual(nonFiniteAt, [1, 1, 1]);
  });
  test("stop the training when asked for, and say where", async () => {
    const diverging = { ...task({ learningRate: [0.1, 1e38, 0.1] }), stopOnNonFinite: true };
    await assert.rejects(trainHeads(diverging), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^training with seed 2 .* at step \d+ of 14: use a smaller learning rate/);
      return true;
    });
  });
});

test("labels and heads that do not fit", async () => {
  const options = task({ learningRate: 0.1 });
  await assert.rejects(trainHeads({ ...options, labels: options.labels.fill(4, 7, 8) }), /image 7 is labelled 4/);
  await assert.rejects(trainHeads({ ...task({ learningRate: 0.1 }), seeds: [1] }), /1 seeds for 3 heads/);
  await assert.rejects(trainHeads(task({ learningRate: [0.1] })), /1 learning rates for 3 heads/);
  const heads = [...task({ learningRate: 0.1 }).heads.slice(0, 2), freshHead(16, 5, new Random(0))];
  await assert.rejects(trainHeads({ ...task({ learningRate: 0.1 }), heads }), /two shapes/);
  await assert.rejects(trainHeads({ ...task({ learningRate: 0.1 }), heads: [], seeds: [] }), /no heads/);
});

test("a fresh head is uniform in ±1/√inputs, as PyTorch's Linear", () => {
  const [{ weight, bias }] = freshHead(512, 10, new Random(3));
  const bound = 1 / Math.sqrt(512);
  assert.deepEqual([weight.shape, bias?.shape], [[10, 512], [10]]);
  assert.ok(weight.data.every((value) => Math.abs(value) <= bound));
  const variance = weight.data.reduce((sum, value) => sum + value ** 2, 0) / 5120;
  assert.ok(Math.abs(variance / (bound ** 2 / 3) - 1) < 0.05);
  assert.notDeepEqual(freshHead(512, 10, new Random(4))[0].weight, weight);
});
