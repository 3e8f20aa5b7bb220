import assert from "node:assert/strict";
import { test } from "node:test";
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
  assert.equal(found.length, 9);
  assert.ok(Math.abs(found[0][1] - right / own) < 1e-12);
  assert.ok(Math.abs(found[4][1] - down / own) < 1e-12);
  // Two rows apart: this image has none.
  assert.equal(found[0][6], 0);
});

test("noise is like itself alone, equal numbers around their mean give no division by zero, ramps are alike", () => {
  const noise = offsetCorrelations(normalTensor(new Random(0), [8, 4, 32, 32]), new Float64Array(4), sides);
  noise.forEach((row, p) => {
    row.forEach((value, q) => {
      assert.ok(Math.abs(value - Number(p === q)) < 0.03);
    });
  });
  const constant = offsetCorrelations(tensor([2, 1, 4, 4], new Float32Array(32).fill(3)), Float64Array.of(3), sides);
  assert.deepEqual(
    constant.map((row) => [...row]),
    noise.map((_, p) => noise.map((_, q) => Number(p === q))),
  );
  const ramp = tensor(
    [1, 1, 32, 32],
    Float32Array.from({ length: 1024 }, (_, i) => (i % 32) - 15.5),
  );
  assert.ok(offsetCorrelations(ramp, Float64Array.of(0), sides)[0][8] > 0.8);
});
