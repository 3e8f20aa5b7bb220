import assert from "node:assert/strict";
import { test } from "node:test";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { Random } from "../../../lib/core/random";
import { tensor, type Tensor } from "../../../lib/core/tensor";
import { flatten, hessianOf, largestCurvature, stabilityLimit } from "../../../lib/training/curvature";
import type { Head } from "../../../lib/network/head";

const [images, inputs, classes] = [11, 4, 3];

function drawn(random: Random, scale: number, ...shape: number[]): Tensor {
  const result = tensor(shape);
  for (let i = 0; i < result.data.length; i++) result.data[i] = scale * random.normal();
  return result;
}

interface Case {
  head: Head;
  features: Tensor;
  labels: Int32Array;
}

function randomCase(seed: number, rank: number | undefined, scale = 1): Case {
  const random = new Random(seed);
  const bias = drawn(random, scale, classes);
  const head: Head = rank
    ? [{ weight: drawn(random, scale, rank, inputs) }, { weight: drawn(random, scale, classes, rank), bias }]
    : [{ weight: drawn(random, scale, classes, inputs), bias }];
  const labels = Int32Array.from({ length: images }, () => random.integer(classes));
  return { head, features: drawn(random, 1, images, inputs), labels };
}

/** Mean cross-entropy in double precision, written down once more from its definition. */
function loss({ head, features, labels }: Case, parameters: ArrayLike<number>): number {
  let total = 0;
  for (let n = 0; n < images; n++) {
    let values = Array.from(features.data.subarray(n * inputs, (n + 1) * inputs));
    let offset = 0;
    for (const { weight } of head) {
      const [rows, columns] = weight.shape;
      const before = values;
      values = Array.from({ length: rows }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < columns; j++) sum += parameters[offset + i * columns + j] * before[j];
        return sum;
      });
      offset += rows * columns;
    }
    const logits = values.map((value, c) => value + parameters[offset + c]);
    const largest = Math.max(...logits);
    const logSum = largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    total += (logSum - logits[labels[n]]) / images;
  }
  return total;
}

/** The Hessian by central differences of the loss, accurate to about 10⁻⁷. */
function explicitHessian(given: Case): Matrix {
  const at = flatten(given.head);
  const step = 1e-3;
  const shifted = (i: number, a: number, j: number, b: number) => {
    const moved = at.slice();
    moved[i] += a * step;
    moved[j] += b * step;
    return loss(given, moved);
  };
  /** Of second order in the width of the stencil. */
  const difference = (i: number, j: number, w: number) =>
    (shifted(i, w, j, w) - shifted(i, w, j, -w) - shifted(i, -w, j, w) + shifted(i, -w, j, -w)) / (2 * w * step) ** 2;
  const hessian = Matrix.zeros(at.length, at.length);
  for (let i = 0; i < at.length; i++)
    for (let j = 0; j <= i; j++) {
      // Richardson's extrapolation removes the error of second order.
      const value = (4 * difference(i, j, 1) - difference(i, j, 2)) / 3;
      hessian.set(i, j, value);
      hessian.set(j, i, value);
    }
  return hessian;
}

const eigenvalues = (matrix: Matrix) =>
  new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues.sort((a, b) => a - b);

for (const rank of [undefined, 1, 2, 3]) {
  const kind = rank ? `a head of rank ${rank}` : "a plain head";

  test(`Hessian-vector products of ${kind} are those of the explicit Hessian`, () => {
    const given = randomCase(10 + (rank ?? 0), rank);
    const hessian = explicitHessian(given);
    const random = new Random(1);
    for (let repeat = 0; repeat < 5; repeat++) {
      const direction = Float64Array.from({ length: hessian.rows }, () => random.normal());
      const expected = hessian.mmul(Matrix.columnVector(direction)).to1DArray();
      hessianOf(
        given.head,
        given,
      )(direction).forEach((value, i) => {
        assert.ok(Math.abs(value - expected[i]) < 1e-6, `${value} instead of ${expected[i]} at ${i}`);
      });
    }
  });

  test(`the largest curvature of ${kind} is the explicit Hessian's largest eigenvalue`, () => {
    for (let seed = 20; seed < 26; seed++) {
      const given = randomCase(seed, rank, [0.3, 1, 2][seed % 3]);
      const largest = eigenvalues(explicitHessian(given)).pop() as number;
      const found = largestCurvature(given.head, given);
      assert.ok(
        Math.abs(found - largest) < 1e-5 * Math.max(largest, 0.1),
        `${found} instead of ${largest}, seed ${seed}`,
      );
    }
  });
}

test("where the largest eigenvalue has a negative twin, it is found all the same", () => {
  // Both layers 0: only the mixed second derivatives are left beside the biases', and these come in pairs of ±σ.
  const given = randomCase(30, 2, 0);
  given.features.data.forEach((value, i) => {
    given.features.data[i] = 10 * value;
  });
  const all = eigenvalues(explicitHessian(given));
  assert.ok(Math.abs(all[0] + all[all.length - 1]) < 1e-4, "a pair of ±σ is the largest in magnitude");
  for (let seed = 0; seed < 5; seed++) {
    const found = largestCurvature(given.head, given, seed);
    assert.ok(Math.abs(found - all[all.length - 1]) < 1e-5 * found, `${found} instead of ${all[all.length - 1]}`);
  }
});

test("saturated wrong answers: nearly all negative curvature is matched by positive curvature", () => {
  const given = randomCase(31, 1, 12);
  const all = eigenvalues(explicitHessian(given));
  assert.ok(all[0] < -0.5 * all[all.length - 1]);
  const found = largestCurvature(given.head, given);
  assert.ok(Math.abs(found - all[all.length - 1]) < 1e-5 * found, `${found} instead of ${all[all.length - 1]}`);
});

test("parameters lie flat in layer order with the last bias at the end, zeros where there is none", () => {
  const first = { weight: tensor([1, 2], Float32Array.of(1, 2)) };
  const second = { weight: tensor([2, 1], Float32Array.of(3, 4)), bias: tensor([2], Float32Array.of(5, 6)) };
  assert.deepEqual([...flatten([first, second])], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...flatten([{ weight: second.weight }])], [3, 4, 0, 0]);
});

/** Distance from the minimum of ½ c x² after SGD with PyTorch's momentum: v ← μ v + g, w ← w − lr v. */
function descend(curvature: number, learningRate: number, momentum: number): number {
  let [position, velocity] = [1, 0];
  for (let step = 0; step < 20000; step++) {
    velocity = momentum * velocity + curvature * position;
    position -= learningRate * velocity;
  }
  return Math.abs(position);
}

test("on a quadratic, descent converges just below the stability limit and diverges just above it", () => {
  for (const [learningRate, momentum] of [
    [0.1, 0.9],
    [0.01, 0.9],
    [0.1, 0],
    [0.5, 0.5],
  ]) {
    const limit = stabilityLimit(learningRate, momentum);
    assert.ok(descend(0.99 * limit, learningRate, momentum) < 1e-3, `below ${limit}`);
    assert.ok(!(descend(1.01 * limit, learningRate, momentum) < 1e3), `above ${limit}`);
  }
});
