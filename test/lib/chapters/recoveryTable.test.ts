import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recovery } from "../../../lib/chapters/recoveryMethods";
import { recoveryMethods, uncompressed } from "../../../lib/chapters/recoveryMethods";
import {
  type ScoredRecoveries,
  recoveryMeans,
  recoveryResults,
  scoreRecoveries,
  table42,
} from "../../../lib/chapters/recoveryTable";
import { layer, matrix } from "../../support/madeUp";
import { method, sheet } from "./scoredMethod";

const scored: ScoredRecoveries = {
  base: [50, 50, 50].map(sheet),
  cut: { keep50: [30, 32, 34].map(sheet), keep20: [20, 20, 20].map(sheet) },
  methods: [
    method("b", 0.5, 30, 50, 70),
    method("d", 0.5, 47, 50, 53),
    method("b", 0.2, 40, 42, 44),
    method("b", uncompressed, 90, 90, 90),
  ],
};

test("means over the seeds with Student's interval of the mean", () => {
  const [b] = recoveryResults(scored);
  assert.equal(b.mean, 50);
  // Standard deviation 20, three seeds: 4.302653 · 20 / √3.
  assert.ok(Math.abs(b.high - 50 - 49.6827) < 1e-3 && Math.abs(50 - b.low - 49.6827) < 1e-3, `${b.low} to ${b.high}`);
});

test("table 4-2 counts the seeds that McNemar's test tells from the uncompressed head of ten batches, both ways", () => {
  const rows = table42(scored).map((row) => [
    row.method,
    row.rank,
    row.lr,
    row["mean top-1 %"],
    row["worse than base, seeds"],
    row["better, seeds"],
  ]);
  // 20 images against none is significant, 3 against none is not (mid-p 0.125).
  assert.deepEqual(rows, [
    ["base: uncompressed head, its 10 batches", 10, 0.1, 50, 0, 0],
    ["b: way b", 5, 0.01, 50, 1, 1],
    ["d: way d", 5, "–", 50, 0, 0],
    ["b: way b", 2, 0.01, 42, 3, 0],
    ["b: way b", 10, 0.01, 90, 0, 3],
  ]);
});

test("what settles the claim: the means of base, cut and method b at each rank", () => {
  assert.deepEqual(recoveryMeans(scored), {
    keep50: { base: 50, cut: 32, shortTraining: 50 },
    keep20: { base: 50, cut: 20, shortTraining: 42 },
  });
  assert.throws(
    () => recoveryMeans({ ...scored, methods: scored.methods.slice(0, 2) }),
    /no result of method b at keep/,
  );
});

test("answers are scored against the labels of the images given", () => {
  const oneHot = (label: number) => Array.from({ length: 10 }, (_, i) => (i === label ? 1 : 0));
  const images = { features: matrix(oneHot(0), oneHot(1), oneHot(2)), labels: Uint8Array.of(0, 1, 9) };
  const identity = layer(Array.from({ length: 10 }, (_, label) => oneHot(label)));
  const never = [
    layer([oneHot(0)]),
    layer(
      Array.from({ length: 10 }, () => [0]),
      oneHot(9),
    ),
  ];
  const recovery: Recovery = { method: recoveryMethods[0], keep: 0.1, learningRate: 0.1, heads: [never] };
  const { base, methods, cut } = scoreRecoveries([recovery], [[identity]], images);
  assert.deepEqual(base, ["110"]);
  assert.deepEqual([methods[0].sheets, methods[0].rank, methods[0].id], [["001"], 1, "a"]);
  assert.deepEqual([cut.keep50.length, cut.keep20.length, cut.keep20[0].length], [1, 1, 3]);
});
