import assert from "node:assert/strict";
import { test } from "node:test";
import { pairedCounts, pairedDifference } from "../../../lib/statistics/pairedDifference";
import { assertNear } from "../../support/close";

/** Newcombe's method 10 on SciPy 1.10's Wilson intervals: both right, only first, only second, neither; then the ends. */
const recorded: [number[], number[]][] = [
  [
    [36, 12, 2, 0],
    [0.2, 0.0569295840032388, 0.3404276029749408],
  ],
  [
    [19, 1, 6, 24],
    [-0.1, -0.20109662643159837, 0.006373443326060352],
  ],
  [
    [53, 0, 0, 1],
    [0, -0.07293814547857702, 0.07293814547857702],
  ],
  [
    [10, 9, 9, 10],
    [0, -0.21425436777996373, 0.21425436777996373],
  ],
  [
    [9000, 300, 150, 550],
    [0.015, 0.010864649552145006, 0.019191993326166466],
  ],
  [
    [5, 0, 0, 0],
    [0, -0.43448246478317487, 0.43448246478317487],
  ],
  [
    [1, 4, 5, 1],
    [-0.09090909090909091, -0.527995702681818, 0.3887059474916148],
  ],
];

for (const [[bothRight, onlyFirst, onlySecond, neither], [difference, low, high]] of recorded)
  test(`interval for ${bothRight}, ${onlyFirst}, ${onlySecond}, ${neither}, as computed with SciPy`, () => {
    const computed = pairedDifference({ bothRight, onlyFirst, onlySecond, neither });
    assertNear(computed.difference, difference);
    assertNear(computed.low, low);
    assertNear(computed.high, high);
  });

test("exchanging the classifiers turns the interval around", () => {
  const one = pairedDifference({ bothRight: 430, onlyFirst: 20, onlySecond: 35, neither: 27 });
  const other = pairedDifference({ bothRight: 430, onlyFirst: 35, onlySecond: 20, neither: 27 });
  assertNear(one.low, -other.high);
  assertNear(one.high, -other.low);
});

test("predictions are counted by who was right", () => {
  const counts = pairedCounts(Uint8Array.of(1, 1, 0, 0, 2), Uint8Array.of(1, 0, 1, 2, 2), Uint8Array.of(1, 1, 1, 1, 2));
  assert.deepEqual(counts, { bothRight: 2, onlyFirst: 1, onlySecond: 1, neither: 1 });
  assert.throws(() => pairedCounts(Uint8Array.of(1), Uint8Array.of(1, 2), Uint8Array.of(1, 2)), /1 and 2 predictions/);
});

test("no images are no comparison", () => {
  assert.throws(() => pairedDifference({ bothRight: 0, onlyFirst: 0, onlySecond: 0, neither: 0 }), /no images/);
});
