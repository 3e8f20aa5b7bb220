import assert from "node:assert/strict";
import { test } from "node:test";
import { ridgeRegression } from "../../../../lib/compression/fit/ridgeRegression";
import { Matrix } from "ml-matrix";
import { timesTransposed } from "../../../../lib/linalg/matrix";
import { Random } from "../../../../lib/core/random";
import { assertNear } from "../../../support/close";
import { normalMatrix } from "../../../support/matrices";

const affine = (inputs: Matrix, weight: Matrix, bias: ArrayLike<number>): Matrix =>
  timesTransposed(inputs, weight).addRowVector(Array.from(bias));

test("an affine map is found", () => {
  const random = new Random(1);
  const [inputs, weight, bias] = [
    normalMatrix(random, 60, 7),
    normalMatrix(random, 3, 7),
    normalMatrix(random, 1, 3).to1DArray(),
  ];
  const found = ridgeRegression(inputs, affine(inputs, weight, bias));
  assert.ok(Matrix.sub(found.weight, weight).abs().max() < 1e-6);
  bias.forEach((value, c) => {
    assertNear(found.bias[c], value, 1e-6);
  });
});

test("outputs that the inputs say nothing about: unseen ones are predicted about as well as by their mean", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = new Random(seed);
    const { weight, bias } = ridgeRegression(normalMatrix(random, 60, 50), normalMatrix(random, 60, 4));
    const unseen = affine(normalMatrix(random, 200, 50), weight, bias);
    const expected = normalMatrix(random, 200, 4);
    const error = Matrix.sub(unseen, expected).pow(2).sum();
    assert.ok(error < 2 * 200 * 4, `seed ${seed}: ${error / 800} of the variance`);
  }
});

test("inputs that never vary get weight 0, whatever rounding does to their mean, and the bias is the outputs' mean", () => {
  const random = new Random(2);
  const outputs = normalMatrix(random, 37, 2);
  const inputs = new Matrix(Array.from({ length: 37 }, () => [0.1, 1e-20, 1e20, 0, -0.3]));
  const { weight, bias } = ridgeRegression(inputs, outputs);
  assert.equal(weight.abs().max(), 0);
  bias.forEach((value, c) => {
    assertNear(value, outputs.mean("column")[c]);
  });
});

test("a single observation is met", () => {
  const { weight, bias } = ridgeRegression(new Matrix([[3, 4]]), new Matrix([[5]]));
  assert.deepEqual([weight.to1DArray(), [...bias]], [[0, 0], [5]]);
});

test("the scale of inputs and outputs does not matter", () => {
  const random = new Random(3);
  const [inputs, outputs] = [normalMatrix(random, 40, 6), normalMatrix(random, 40, 2)];
  const { weight } = ridgeRegression(inputs, outputs);
  const scaled = (matrix: Matrix, factor: number) => Matrix.mul(matrix, factor);
  const other = ridgeRegression(scaled(inputs, 2 ** 40), scaled(outputs, 2 ** -20));
  assert.deepEqual(scaled(other.weight, 2 ** 60), weight);
});
