import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, roundToEven } from "../../../../lib/compression/quantize/grid";
import { Random } from "../../../../lib/core/random";

test("halves go to the even number, everything else to the nearest", () => {
  const halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5];
  assert.deepEqual(
    halves.map(roundToEven).map((value) => value + 0),
    [-2, -2, 0, 0, 2, 2, 4],
  );
  assert.deepEqual([-1.4, -0.6, 0.4999, 2.5001].map(roundToEven), [-1, -1, 0, 3]);
});

test("a grid holds 0 exactly and every value of its range to half a step, the ends to one", () => {
  const random = new Random(1);
  for (let i = 0; i < 100; i++) {
    const [low, high] = [-(random.uniform(0, 3) ** 3), random.uniform(0.01, 3) ** 3];
    const { scale, zeroPoint } = gridOf({ low, high });
    assert.ok(Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255);
    assert.ok(Math.abs(scale * 255 - (high - low)) < 1e-6 * (high - low));
    assert.ok(Math.abs(scale * (0 - zeroPoint) - low) <= 0.501 * scale, `${low}`);
    assert.ok(Math.abs(scale * (255 - zeroPoint) - high) <= 0.501 * scale, `${high}`);
  }
});

test("a range on one side of 0 is widened to it, and one without width has a grid too", () => {
  assert.deepEqual(gridOf({ low: 1, high: 2.55 }), gridOf({ low: 0, high: 2.55 }));
  assert.deepEqual(gridOf({ low: 0, high: 2.55 }), { scale: Math.fround(0.01), zeroPoint: 0 });
  assert.deepEqual(gridOf({ low: -5.1, high: -1 }), { scale: Math.fround(0.02), zeroPoint: 255 });
  for (const high of [0, 1e-44]) assert.deepEqual(gridOf({ low: 0, high }), { scale: 1, zeroPoint: 0 });
});
