import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { offsetCorrelations } from "../../../../lib/compression/measure/offsetCorrelations";
import { Random } from "../../../../lib/core/random";
import { tensor } from "../../../../lib/core/tensor";
import { normalTensor } from "../../../support/smallResnet";

const sides = [3, 3];

test("equal to the sums written out", () => {
  const inputs = tensor([1, 1, 2, 3], Float32Array.of(1, 2, 3, 5, 7, 11));
  const own = (1 + 4 + 9 + 25 + 49 + 121) / 6;
  const right = (1 * 2 + 2 * 3 + 5 * 7 + 7 * 11) / 4;
  const down = (1 * 5 + 2 * 7 + 3 * 11) / 3;
  const found = offsetCorrelations(inputs, new Float64Array(1), sides);
  assert.deepEqual([found.rows, found.columns], [9, 9]);
  assert.ok(Math.abs(found.get(0, 1) - right / own) < 1e-12);
  assert.ok(Math.abs(found.get(4, 1) - down / own) < 1e-12);
  // Two rows apart: this image has none.
  assert.equal(found.get(0, 6), 0);
});

test("noise is like itself alone, equal numbers around their mean give no division by zero, ramps are alike", () => {
  const noise = offsetCorrelations(normalTensor(new Random(0), [8, 4, 32, 32]), new Float64Array(4), sides);
  assert.ok(Matrix.sub(noise, Matrix.eye(9)).abs().max() < 0.03);
  const constant = offsetCorrelations(tensor([2, 1, 4, 4], new Float32Array(32).fill(3)), Float64Array.of(3), sides);
  assert.deepEqual(constant.to2DArray(), Matrix.eye(9).to2DArray());
  const ramp = tensor(
    [1, 1, 32, 32],
    Float32Array.from({ length: 1024 }, (_, i) => (i % 32) - 15.5),
  );
  assert.ok(offsetCorrelations(ramp, Float64Array.of(0), sides).get(0, 8) > 0.8);
});
