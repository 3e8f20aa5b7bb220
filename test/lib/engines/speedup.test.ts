import assert from "node:assert/strict";
import { test } from "node:test";
import { differ, isSettled, speedupOf, speedupText, usualMs } from "../../../lib/engines/speedup";

const repeated = (values: number[], times: number) => Array.from({ length: times }, () => values).flat();

test("a ratio is that of the lower quartiles: runs that others made longer do not count", () => {
  const before = repeated([100, 100, 100, 190], 5);
  const after = repeated([50, 180, 50, 50], 5);
  assert.equal(usualMs(before), 100);
  const speedup = speedupOf(before, after);
  assert.deepEqual([speedup.ratio, speedup.low, speedup.high, speedup.doubtful], [2, 2, 2, false]);
  assert.ok(isSettled(speedup));
});

test("halves that contradict each other, a wide interval, and too few rounds are in doubt", () => {
  const steady = repeated([50], 20);
  assert.equal(speedupOf([...repeated([100], 10), ...repeated([106], 10)], steady).doubtful, true);
  assert.equal(speedupOf([...repeated([100], 10), ...repeated([104], 10)], steady).doubtful, false);
  const spread = speedupOf(repeated([100, 130, 160, 190, 220], 1), repeated([50], 5));
  assert.ok(spread.doubtful && spread.high / spread.low > 1.1);
  assert.equal(speedupOf([100, 100, 100], [50, 50, 50]).doubtful, true);
  assert.equal(speedupOf([100], [50]).ratio, 2);
});

test("what is not in doubt may still not be settled", () => {
  const before = repeated([100, 104, 102, 106, 108, 103, 107], 2);
  const speedup = speedupOf(before, repeated([50], 14));
  assert.deepEqual([speedup.doubtful, isSettled(speedup)], [false, false], JSON.stringify(speedup));
});

test("two readings differ by a share, whichever is the larger; a doubtful ratio shows", () => {
  assert.deepEqual(
    [differ(1, 1.04), differ(1.06, 1), differ(1, 1.06), differ(1, 1.06, 0.1)],
    [false, true, true, false],
  );
  assert.equal(speedupText({ ratio: 2.049, doubtful: false }), "2.05 ×");
  assert.equal(speedupText({ ratio: 2.049, doubtful: true }), "2.05 × ?");
});
