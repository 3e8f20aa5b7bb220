import assert from "node:assert/strict";
import { test } from "node:test";
import { lineFit } from "../../../lib/statistics/lineFit";

const near = (actual: number, expected: number) =>
  assert(Math.abs(actual - expected) < 1e-12, `${actual}, ${expected}`);

test("slope, intercept and R² are those of scipy.stats.linregress", () => {
  const { slope, intercept, r2 } = lineFit([2, 6, 10, 18, 26, 34], [3.1, 7.4, 9.2, 21.7, 26.6, 38.9]);
  near(slope, 1.1013157894736842);
  near(intercept, 0.19561403508771846);
  near(r2, 0.9847585726000848);
});

test("points on a line give it back, a falling one too; points on a parabola do not", () => {
  assert.deepEqual(lineFit([1, 2, 3], [5, 3, 1]), { slope: -2, intercept: 7, r2: 1 });
  assert(lineFit([0, 1, 2, 3], [0, 1, 4, 9]).r2 < 0.95);
});

test("too few points, or all at one x, are refused", () => {
  assert.throws(() => lineFit([1, 2], [1, 2]), /three points/);
  assert.throws(() => lineFit([1, 2, 3], [1, 2]), /3 x and 2 y/);
  assert.throws(() => lineFit([4, 4, 4], [1, 2, 3]), /all lie at x = 4/);
});
