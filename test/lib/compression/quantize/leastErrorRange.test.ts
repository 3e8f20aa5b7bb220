import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, type Range } from "../../../../lib/compression/quantize/grid";
import { leastErrorRange } from "../../../../lib/compression/quantize/leastErrorRange";
import { Random } from "../../../../lib/core/random";

function squaredError(values: Float32Array, range: Range): number {
  const { scale, zeroPoint } = gridOf(range);
  const held = (value: number) =>
    scale * (Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint)) - zeroPoint);
  return values.reduce((sum, value) => sum + (value - held(value)) ** 2, 0);
}

const random = new Random(3);
const normal = Float32Array.from({ length: 20_000 }, () => random.normal());
const cut = normal.map((value) => Math.max(0, value));
const heavy = normal.map((value) => value * Math.exp(random.normal()) - 1);

test("no other range of a fine raster holds the values with less than 99 % of the error", () => {
  for (const values of [normal, cut, heavy, heavy.map((value) => -value)]) {
    const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
    const error = squaredError(values, leastErrorRange(values));
    for (let i = 2; i <= 10; i++)
      for (let j = 2; j <= 10; j++) {
        const other = { low: (i / 10) * least, high: (j / 10) * most };
        assert.ok(error < squaredError(values, other) / 0.99, `${other.low} to ${other.high}`);
      }
  }
});

test("rare large values are cut, evenly spread ones are not, and a ReLU's outputs begin at 0", () => {
  const many = new Float32Array(50 * normal.length + 1).fill(30);
  for (let i = 0; i < 50; i++) many.set(normal, i * normal.length);
  const { low, high } = leastErrorRange(many);
  assert.ok(low > -6 && low < -2 && high > 3 && high < 25, `${low} to ${high}`);
  const even = Float32Array.from({ length: 10_000 }, (_, i) => i / 10_000 - 0.3);
  const all = leastErrorRange(even);
  assert.ok(all.low < -0.29 && all.high > 0.69, `${all.low} to ${all.high}`);
  assert.equal(leastErrorRange(cut).low, 0);
});

test("values that are all 0 have no range", () => {
  assert.deepEqual(leastErrorRange(new Float32Array(9)), { low: 0, high: 0 });
});
