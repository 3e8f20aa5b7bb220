import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix, pseudoInverse } from "ml-matrix";
import { UserError } from "../../../lib/core/errors";
import { svd } from "../../../lib/linalg/svd";
import { factorize, type Head } from "../../../lib/network/head";
import { Random } from "../../../lib/core/random";
import { tensor, type Tensor } from "../../../lib/core/tensor";
import { logitsOf } from "../../../lib/training/evaluate";
import { centredOverClasses, outputAwareHead } from "../../../lib/training/outputAware";

function drawn(random: Random, ...shape: number[]): Tensor {
  const result = tensor(shape);
  for (let i = 0; i < result.data.length; i++) result.data[i] = random.normal();
  return result;
}

function randomHead(random: Random, classes: number, inputs: number, biased = true): Head {
  return [{ weight: drawn(random, classes, inputs), ...(biased && { bias: drawn(random, classes) }) }];
}

const asMatrix = ({ shape: [rows, columns], data }: Tensor) => Matrix.from1DArray(rows, columns, data);

/** Σ over images and classes of the squared difference of two heads' outputs. */
function outputError(head: Head, other: Head, features: Tensor): number {
  const [first, second] = [head, other].map((one) => logitsOf(one, features).data);
  return first.reduce((sum, value, i) => sum + (value - second[i]) ** 2, 0);
}

/** Σ of the squared outputs: the scale for rounding errors. */
const energy = (head: Head, features: Tensor) => logitsOf(head, features).data.reduce((sum, v) => sum + v * v, 0);

/** Features of several kinds: full rank, low rank, with constant columns, all equal, far from 0. */
const kinds: Record<string, (random: Random, count: number, inputs: number) => Tensor> = {
  "full rank": drawn,
  "low rank": (random, count, inputs) => {
    const product = asMatrix(drawn(random, count, 2)).mmul(asMatrix(drawn(random, 2, inputs)));
    return tensor([count, inputs], Float32Array.from(product.to1DArray()));
  },
  "constant columns": (random, count, inputs) => {
    const features = drawn(random, count, inputs);
    for (let n = 0; n < count; n++) features.data.fill(3, n * inputs, n * inputs + Math.ceil(inputs / 2));
    return features;
  },
  "all images equal": (random, count, inputs) => {
    const image = drawn(random, inputs).data;
    return tensor(
      [count, inputs],
      Float32Array.from({ length: count * inputs }, (_, i) => image[i % inputs]),
    );
  },
  "shifted and unequally scaled": (random, count, inputs) => {
    const features = drawn(random, count, inputs);
    features.data.forEach((value, i) => {
      features.data[i] = 5 + value * 2 ** -(i % inputs);
    });
    return features;
  },
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`never worse in output error than the truncated SVD of the weights: features ${kind}`, () => {
    let better = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(seed);
      const [classes, inputs, count] = [2 + random.integer(6), 2 + random.integer(8), 2 + random.integer(30)];
      const head = randomHead(random, classes, inputs, seed % 4 > 0);
      const features = make(random, count, inputs);
      const fullRank = Math.min(classes, inputs);
      const rank = 1 + random.integer(fullRank);
      const aware = outputAwareHead(head, features, rank);
      assert.deepEqual(
        aware.map(({ weight }) => weight.shape),
        [
          [rank, inputs],
          [classes, rank],
        ],
      );
      const plain = outputError(head, factorize(head, rank), features);
      const own = outputError(head, aware, features);
      assert.ok(own <= plain + 1e-9 * energy(head, features), `seed ${seed}, rank ${rank}: ${own} against ${plain}`);
      if (own < 0.9 * plain) better++;
    }
    assert.ok(better >= 10, `clearly better in ${better} of 40 only`);
  });
}

/** Least output error of any head of the rank, by alternating least squares from many random starts. */
function bruteForce([{ weight }]: Head, features: Tensor, rank: number): number {
  const w = asMatrix(weight);
  const x = asMatrix(features);
  // Any head may choose its bias, and the best choice equals the means: what is left to fit are the centred outputs.
  const centred = x.clone().center("column");
  const outputs = centred.mmul(w.transpose());
  const inverse = pseudoInverse(centred);
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start < 8; start++) {
    let first = asMatrix(drawn(new Random(100 + start), rank, w.columns));
    let error = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 150; round++) {
      const hidden = centred.mmul(first.transpose());
      const second = pseudoInverse(hidden).mmul(outputs);
      error = Matrix.sub(outputs, hidden.mmul(second)).norm("frobenius") ** 2;
      first = inverse.mmul(outputs).mmul(pseudoInverse(second)).transpose();
    }
    least = Math.min(least, error);
  }
  return least;
}

test("as good as brute force: alternating least squares from random starts finds no better head, and none worse", () => {
  for (const [kind, make] of Object.entries(kinds).filter(([kind]) => kind !== "all images equal")) {
    const random = new Random(77);
    const head = randomHead(random, 5, 4);
    const features = make(random, 14, 4);
    for (const rank of [1, 2, 3]) {
      const found = outputError(head, outputAwareHead(head, features, rank), features);
      const least = bruteForce(head, features, rank);
      const rounding = 1e-6 * energy(head, features);
      assert.ok(Math.abs(found - least) <= 1e-4 * least + rounding, `${kind}, rank ${rank}: ${found} and ${least}`);
    }
  }
});

test("full rank reproduces the outputs, of images never seen too", () => {
  const random = new Random(5);
  for (const [classes, inputs] of [
    [4, 9],
    [9, 4],
    [6, 6],
  ]) {
    const head = randomHead(random, classes, inputs);
    const full = outputAwareHead(head, drawn(random, 40, inputs), Math.min(classes, inputs));
    const unseen = drawn(random, 20, inputs);
    assert.ok(outputError(head, full, unseen) < 1e-9 * energy(head, unseen), `${classes} × ${inputs}`);
  }
});

test("the mean output over the features is kept at any rank", () => {
  const random = new Random(6);
  const head = randomHead(random, 5, 7);
  const features = kinds["shifted and unequally scaled"](random, 30, 7);
  const meanOutput = (one: Head) => asMatrix(logitsOf(one, features)).mean("column");
  const expected = meanOutput(head);
  meanOutput(outputAwareHead(head, features, 1)).forEach((value, c) => {
    assert.ok(Math.abs(value - expected[c]) < 1e-4, `${value} instead of ${expected[c]}`);
  });
});

function probabilities(head: Head, features: Tensor): number[] {
  return asMatrix(logitsOf(head, features))
    .to2DArray()
    .flatMap((logits) => {
      const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
      const total = powers.reduce((sum, power) => sum + power);
      return powers.map((power) => power / total);
    });
}

test("centring over the classes changes no probability and brings the rank to classes − 1", () => {
  const random = new Random(8);
  for (const [classes, inputs] of [
    [10, 16],
    [3, 5],
    [2, 2],
  ]) {
    const head = randomHead(random, classes, inputs);
    const before = head[0].weight.data.slice();
    const centred = centredOverClasses(head);
    const features = drawn(random, 12, inputs);
    const expected = probabilities(head, features);
    probabilities(centred, features).forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]) < 1e-5);
    });
    const { s } = svd(asMatrix(centred[0].weight));
    assert.ok(s[classes - 1] < 1e-6 * s[0], "σ of the last class");
    assert.ok(s[classes - 2] > 1e-3 * s[0], "no more is lost");
    const exact = factorize(centred, classes - 1);
    assert.ok(outputError(centred, exact, features) < 1e-9 * energy(centred, features), "rank classes − 1 is exact");
    assert.deepEqual(head[0].weight.data, before, "the head given is left as it was");
  }
});

test("centring needs no bias and is done once: a second time changes nothing", () => {
  const once = centredOverClasses(randomHead(new Random(9), 4, 6, false));
  assert.equal(once[0].bias, undefined);
  const twice = centredOverClasses(once);
  twice[0].weight.data.forEach((value, i) => {
    assert.ok(Math.abs(value - once[0].weight.data[i]) < 1e-6);
  });
});

test("a rank that no head of this shape can have is refused in one line", () => {
  const random = new Random(10);
  const head = randomHead(random, 4, 6);
  const features = drawn(random, 9, 6);
  for (const rank of [0, -1, 5, 1.5, Number.NaN])
    assert.throws(
      () => outputAwareHead(head, features, rank),
      (error) => error instanceof UserError && /rank .* for a 4 × 6 head: choose .*1 to 4/.test(error.message),
      String(rank),
    );
});
