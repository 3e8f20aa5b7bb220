import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refitHead } from "../../../../lib/compression/fit/linearRefit";
import { UserError } from "../../../../lib/core/errors";
import type { LinearWeights } from "../../../../lib/network/head";
import { Random } from "../../../../lib/core/random";
import { mean } from "../../../../lib/statistics/summary";
import { type Tensor, tensor } from "../../../../lib/core/tensor";
import { logitsOf } from "../../../../lib/training/evaluate";
import { assertNear } from "../../../support/close";

function drawn(random: Random, ...shape: number[]): Tensor {
  const result = tensor(shape);
  for (let i = 0; i < result.data.length; i++) result.data[i] = random.normal();
  return result;
}

const randomHead = (random: Random, classes: number, inputs: number): LinearWeights => ({
  weight: drawn(random, classes, inputs),
  bias: drawn(random, classes),
});

/** As after a ReLU, far from 0 in the mean. */
function features(random: Random, count: number, inputs: number): Tensor {
  const result = drawn(random, count, inputs);
  result.data.forEach((value, i) => {
    result.data[i] = 3 * Math.max(0, value + 0.5);
  });
  return result;
}

const changed = ({ shape, data }: Tensor, change: (value: number, i: number) => number): Tensor =>
  tensor(shape, data.map(change));

/** Each row times a matrix (inputs, inputs). */
const mapped = (rows: Tensor, matrix: Tensor): Tensor => logitsOf([{ weight: matrix }], rows);

/** Σ over images and classes of the squared difference between a head's logits and the original ones. */
function squaredError(head: LinearWeights, compressed: Tensor, original: LinearWeights, seen: Tensor): number {
  const expected = logitsOf([original], seen).data;
  return logitsOf([head], compressed).data.reduce((sum, value, i) => sum + (value - expected[i]) ** 2, 0);
}

const energy = (head: LinearWeights, seen: Tensor) =>
  logitsOf([head], seen).data.reduce((sum, value) => sum + value ** 2, 0);

const allFinite = ({ weight, bias }: LinearWeights) => [...weight.data, ...bias!.data].every(Number.isFinite);

test("features that nothing changed leave the head as it is", () => {
  for (const count of [1, 5, 40, 300]) {
    const random = new Random(count);
    const head = randomHead(random, 4, 20);
    const seen = features(random, count, 20);
    assert.deepEqual(refitHead(head, seen, seen), head);
  }
});

test("an invertible linear map of the features is undone, on images never seen too", () => {
  const random = new Random(1);
  const head = randomHead(random, 5, 12);
  const map = changed(drawn(random, 12, 12), (value, i) => 0.2 * value + (i % 13 === 0 ? 1 : 0));
  const [seen, unseen] = [features(random, 200, 12), features(random, 50, 12)];
  const refitted = refitHead(head, mapped(seen, map), seen);
  const expected = logitsOf([head], unseen).data;
  logitsOf([refitted], mapped(unseen, map)).data.forEach((logit, i) => {
    assert.ok(Math.abs(logit - expected[i]) < 1e-4, `${logit} instead of ${expected[i]}`);
  });
});

test("a shift and a scale of every feature are undone", () => {
  const random = new Random(2);
  const head = randomHead(random, 3, 6);
  const seen = features(random, 100, 6);
  const compressed = changed(seen, (value, i) => (1 + (i % 6)) * value - 7);
  assert.ok(squaredError(refitHead(head, compressed, seen), compressed, head, seen) < 1e-8 * energy(head, seen));
});

/** What compression may do to features. */
const damages: Record<string, (seen: Tensor, random: Random) => Tensor> = {
  noise: (seen, random) => changed(seen, (value) => value + random.normal()),
  "dead features": (seen) => changed(seen, (value, i) => (i % seen.shape[1] < 5 ? 0 : value)),
  "constant features": (seen) => changed(seen, (value, i) => (i % seen.shape[1] < 5 ? 1e4 : value)),
  "all features dead": (seen) => changed(seen, () => 0),
  "all images alike": (seen) => changed(seen, (_, i) => 0.1 * (i % seen.shape[1])),
  "rank 2": (seen, random) => {
    const narrow = logitsOf([{ weight: drawn(random, 2, seen.shape[1]) }], seen);
    return logitsOf([{ weight: drawn(random, seen.shape[1], 2) }], narrow);
  },
  "very large": (seen, random) => changed(seen, (value) => 1e15 * (value + random.normal())),
  "very small": (seen, random) => changed(seen, (value) => 1e-15 * (value + random.normal())),
};

for (const [name, damage] of Object.entries(damages))
  describe(name, () => {
    for (const count of [1, 2, 9, 10, 15, 25, 200])
      test(`${count} images for 20 inputs: finite, and no worse on these images than the head as it is`, () => {
        for (let seed = 0; seed < 8; seed++) {
          const random = new Random(seed);
          const head = randomHead(random, 4, 20);
          const seen = features(random, count, 20);
          const compressed = damage(seen, random);
          const refitted = refitHead(head, compressed, seen);
          assert.ok(allFinite(refitted));
          const [before, after] = [head, refitted].map((one) => squaredError(one, compressed, head, seen));
          const rounding = 1e-9 * (energy(head, seen) + energy(head, compressed));
          assert.ok(after <= before + rounding, `seed ${seed}: ${after}, before ${before}`);
        }
      });
  });

test("the mean logits on the fitted images are the original ones", () => {
  const random = new Random(3);
  const head = randomHead(random, 3, 20);
  const seen = features(random, 30, 20);
  const compressed = damages.noise(seen, random);
  const means = (one: LinearWeights, on: Tensor) => {
    const logits = logitsOf([one], on).data;
    return [0, 1, 2].map((c) => mean(logits.filter((_, i) => i % 3 === c)));
  };
  const expected = means(head, seen);
  means(refitHead(head, compressed, seen), compressed).forEach((logit, c) => {
    assertNear(logit, expected[c], 1e-5);
  });
});

test("noise in a few images is not taken for a rule: on unseen ones the head stays about as good as it was", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = new Random(seed);
    const head = randomHead(random, 4, 60);
    const [seen, unseen] = [features(random, 50, 60), features(random, 400, 60)];
    const noisy = (original: Tensor) => changed(original, (value) => value + 0.3 * random.normal());
    const refitted = refitHead(head, noisy(seen), seen);
    const compressed = noisy(unseen);
    const [before, after] = [head, refitted].map((one) => squaredError(one, compressed, head, unseen));
    assert.ok(after <= 1.25 * before, `seed ${seed}: ${after}, before ${before}`);
  }
});

test("what unseen images lose by a compression that mixes features is won back", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = new Random(seed);
    const head = randomHead(random, 4, 30);
    const map = changed(drawn(random, 30, 30), (value, i) => 0.1 * value + (i % 31 === 0 ? 1 : 0));
    const [seen, unseen] = [features(random, 300, 30), features(random, 300, 30)];
    const compress = (original: Tensor) => changed(mapped(original, map), (value) => value + 0.05 * random.normal());
    const refitted = refitHead(head, compress(seen), seen);
    const compressed = compress(unseen);
    const [before, after] = [head, refitted].map((one) => squaredError(one, compressed, head, unseen));
    assert.ok(after < 0.1 * before, `seed ${seed}: ${after}, before ${before}`);
  }
});

test("a head without bias gets one, and the arguments are not changed", () => {
  const random = new Random(4);
  const { weight } = randomHead(random, 3, 8);
  const seen = features(random, 40, 8);
  const compressed = damages.noise(seen, random);
  const before = structuredClone({ weight, seen, compressed });
  assert.deepEqual(refitHead({ weight }, compressed, seen).bias!.shape, [3]);
  assert.deepEqual({ weight, seen, compressed }, before);
});

test("features that are no numbers, no images, and shapes that do not fit", () => {
  const random = new Random(5);
  const head = randomHead(random, 3, 4);
  const seen = features(random, 6, 4);
  const broken = changed(seen, (value, i) => (i === 9 ? Number.NaN : value));
  assert.throws(() => refitHead(head, broken, seen), /^UserError: the compressed network's features of image 2 hold/);
  assert.throws(() => refitHead(head, seen, broken), /^UserError: the original network's features of image 2 hold/);
  assert.throws(() => refitHead(head, tensor([0, 4]), tensor([0, 4])), UserError);
  assert.throws(() => refitHead(head, features(random, 6, 5), seen), /a head of 4 inputs cannot take 5 features/);
  assert.throws(() => refitHead(head, features(random, 7, 4), seen), /features of 6 and of 7 images/);
});

test("512 inputs and 1024 images take at most 5 s of one core", () => {
  const random = new Random(6);
  const head = randomHead(random, 10, 512);
  const seen = features(random, 1024, 512);
  const compressed = damages.noise(seen, random);
  const before = process.cpuUsage();
  refitHead(head, compressed, seen);
  const seconds = process.cpuUsage(before).user / 1e6;
  assert.ok(seconds <= 5, `${seconds} s`);
});
