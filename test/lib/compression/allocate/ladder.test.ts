import assert from "node:assert/strict";
import { test } from "node:test";
import { highestThatHolds, speedLadder } from "../../../../lib/compression/allocate/ladder";
import { planByTable, splitsNothing } from "../../../../lib/compression/allocate/speedPlan";
import type { LayerMeasurements } from "../../../../lib/compression/measure/measureLayers";

/** Four layers alike: milliseconds and predicted loss as they are, then split. */
const options = [
  [10, 0],
  [8, 0.01],
  [6, 0.03],
  [4, 0.1],
  [2, 0.4],
];

/** Of 42 ms, or of what that many times as fast leaves of each layer. */
const measuredAt = (factor: number, int8?: LayerMeasurements["int8"]) =>
  ({
    restMs: 2 / factor,
    busy: 0,
    int8,
    layers: [0, 1, 2, 3].map((i) => ({
      layer: `layer ${i}`,
      fullRank: 64,
      options: options.map(([ms, sensitivity], j) => ({
        ranks: j === 0 ? undefined : { output: 40 - 8 * j },
        ms: ms / factor,
        sensitivity,
      })),
    })),
  }) as unknown as LayerMeasurements;

const fp32 = measuredAt(1);
const int8 = (loss: number) => measuredAt(3, { fp32Ms: 42, loss });

test("the rungs are as much faster than the one before as that is possible, each loses no less", () => {
  const rungs = speedLadder([fp32], 10);
  assert.ok(rungs[0].speedup >= 1.1 && rungs[0].speedup < 1.1 * 1.1);
  for (const [i, { speedup, loss }] of rungs.entries())
    if (i > 0) assert.ok(speedup > rungs[i - 1].speedup && loss >= rungs[i - 1].loss);
  const { speedup, predictedMs } = rungs[rungs.length - 1];
  assert.equal(speedup, predictedMs.original / predictedMs.compressed);
  assert.equal(planByTable(fp32, 1.1 * speedup), undefined);
});

test("int8 with no layer split is one rung, the first where nothing slower loses less", () => {
  const rungs = speedLadder([fp32, int8(0.005)], 10);
  assert.deepEqual(
    rungs.map((plan) => splitsNothing(plan)),
    rungs.map((_, i) => i === 0),
  );
  assert.ok(rungs.every(({ precision, loss }) => precision === "int8" && loss >= 0.005));
  assert.ok(Math.abs(rungs[0].speedup - 3) < 1e-9);
});

test("where rounding is predicted to lose much, it comes after all that loses less", () => {
  const rungs = speedLadder([fp32, int8(0.05)], 10);
  const first = rungs.findIndex(({ precision }) => precision === "int8");
  assert.ok(first > 0 && rungs.slice(first).every(({ precision }) => precision === "int8"));
  assert.ok(rungs.slice(0, first).every(({ loss }) => loss <= 0.05));
});

test("no rung is predicted to lose more than it may; none is there where nothing is faster", () => {
  const rungs = speedLadder([fp32], 0.05);
  assert.ok(rungs.length > 0 && rungs.every(({ loss }) => loss <= 0.05));
  assert.deepEqual(speedLadder([{ ...fp32, layers: [] }], 10), []);
});

test("bisection finds the last that holds, in no more tries than it tells", async () => {
  for (let count = 0; count <= 20; count++)
    for (let holding = 0; holding <= count; holding++) {
      const tries: [rung: number, left: number][] = [];
      const rungs = Array.from({ length: count }, (_, i) => i);
      const found = await highestThatHolds(rungs, async (rung, left) => {
        tries.push([rung, left]);
        return rung < holding;
      });
      assert.equal(found, holding > 0 ? holding - 1 : undefined);
      for (const [i, [, left]] of tries.entries()) assert.ok(tries.length - 1 - i <= left);
      assert.equal(new Set(tries.map(([rung]) => rung)).size, tries.length);
    }
});
