import assert from "node:assert/strict";
import { test } from "node:test";
import { ridgeRegression } from "../../../../lib/compression/fit/ridgeRegression";
import { addScaled, type Rows, timesTransposed } from "../../../../lib/linalg/rows";
import { Random } from "../../../../lib/core/random";
import { assertNear } from "../../../support/close";

const drawn = (random: Random, rows: number, columns: number): Rows =>
  Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => random.normal()));

function affine(inputs: Rows, weight: Rows, bias: Float64Array): Rows {
  const outputs = timesTransposed(inputs, weight);
  for (const row of outputs) addScaled(row, 1, bias);
  return outputs;
}

test("an affine map is found", () => {
  const random = new Random(1);
  const [inputs, weight, [bias]] = [drawn(random, 60, 7), drawn(random, 3, 7), drawn(random, 1, 3)];
  const found = ridgeRegression(inputs, affine(inputs, weight, bias));
  weight.forEach((row, c) => {
    row.forEach((value, i) => {
      assertNear(found.weight[c][i], value, 1e-6);
    });
    assertNear(found.bias[c], bias[c], 1e-6);
  });
});

test("outputs that the inputs say nothing about: unseen ones are predicted about as well as by their mean", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = new Random(seed);
    const { weight, bias } = ridgeRegression(drawn(random, 60, 50), drawn(random, 60, 4));
    const unseen = affine(drawn(random, 200, 50), weight, bias);
    const expected = drawn(random, 200, 4);
    const error = unseen.reduce(
      (sum, row, n) => sum + row.reduce((s, value, c) => s + (value - expected[n][c]) ** 2, 0),
      0,
    );
    assert.ok(error < 2 * 200 * 4, `seed ${seed}: ${error / 800} of the variance`);
  }
});

test("inputs that never vary get weight 0, whatever rounding does to their mean, and the bias is the outputs' mean", () => {
  const random = new Random(2);
  const outputs = drawn(random, 37, 2);
  const inputs = outputs.map(() => Float64Array.of(0.1, 1e-20, 1e20, 0, -0.3));
  const { weight, bias } = ridgeRegression(inputs, outputs);
  assert.ok(weight.every((row) => row.every((value) => value === 0)));
  bias.forEach((value, c) => {
    assertNear(value, outputs.reduce((sum, row) => sum + row[c], 0) / outputs.length);
  });
});

test("a single observation is met", () => {
  const { weight, bias } = ridgeRegression([Float64Array.of(3, 4)], [Float64Array.of(5)]);
  assert.deepEqual([[...weight[0]], [...bias]], [[0, 0], [5]]);
});

test("the scale of inputs and outputs does not matter", () => {
  const random = new Random(3);
  const [inputs, outputs] = [drawn(random, 40, 6), drawn(random, 40, 2)];
  const { weight } = ridgeRegression(inputs, outputs);
  const scaled = (rows: Rows, factor: number) => rows.map((row) => row.map((value) => value * factor));
  const other = ridgeRegression(scaled(inputs, 2 ** 40), scaled(outputs, 2 ** -20));
  assert.deepEqual(scaled(other.weight, 2 ** 60), weight);
});
