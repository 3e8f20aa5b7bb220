import assert from "node:assert/strict";
import { test } from "node:test";
import { chapter3Claims, type HeadsEvidence, headNames, placeAccuracy } from "../../../lib/claims/chapter3";
import type { ClaimContext } from "../../../lib/claims/claims";
import { accuracies } from "../../support/madeUp";

const official: ClaimContext = { weights: "official", images: "official" };
const others: ClaimContext[] = [
  { weights: "demo", images: "demo" },
  { weights: "custom", images: "official" },
  { weights: "official", images: "custom" },
  { weights: "official", images: "demo" },
];

/** 41 seeds around a middle, two points wide either way. */
const around = (middle: number) => accuracies(...Array.from({ length: 41 }, (_, i) => middle + (i - 20) / 10));

const likeTheReport: HeadsEvidence = {
  parameters: { base: 11181642, keep50: 11179132, keep20: 11177566 },
  accuracies: { base: around(51), keep50: around(37), keep20: around(17) },
};

function verdictOf(id: string, evidence: HeadsEvidence, context = official): string {
  const rule = chapter3Claims.find((one) => one.id === id);
  assert.ok(rule, id);
  return rule.judge(evidence, context).verdict;
}

test("figures like the report's reproduce every claim", () => {
  for (const { id } of chapter3Claims) assert.equal(verdictOf(id, likeTheReport), "reproduced", id);
});

test("parameter counts are compared on any assets, and must be equal", () => {
  for (const head of headNames) {
    const parameters = { ...likeTheReport.parameters, [head]: likeTheReport.parameters[head] + 1 };
    for (const context of [official, ...others]) {
      assert.equal(verdictOf(`3.params.${head}`, { ...likeTheReport, parameters }, context), "differs");
      assert.equal(verdictOf(`3.params.${head}`, likeTheReport, context), "reproduced");
    }
  }
});

test("accuracies are compared on official weights and images only, and differ outside the seeds' central 95 %", () => {
  for (const head of headNames) {
    const id = `3.acc.${head}`;
    for (const context of others) assert.equal(verdictOf(id, likeTheReport, context), "not comparable");
    for (const middle of [5, 90]) {
      const sample = { ...likeTheReport.accuracies, [head]: around(middle) };
      assert.equal(verdictOf(id, { ...likeTheReport, accuracies: sample }), "differs", `${id} around ${middle}`);
    }
  }
});

test("an accuracy is placed by the quantiles of the seeds, both ends included", () => {
  // Of 41 seeds in steps of 0.1, the 2.5 % point is the second and the 97.5 % point the last but one.
  const sample = around(50);
  for (const [reported, verdict] of [
    [48.0, "differs"],
    [48.1, "reproduced"],
    [51.9, "reproduced"],
    [52.0, "differs"],
  ] as const)
    assert.equal(placeAccuracy(reported, sample, official).verdict, verdict, String(reported));
  const { computed, note } = placeAccuracy(49.95, sample, official);
  assert.equal(computed, "50.00 % (48.10 to 51.90)");
  assert.match(note ?? "", /41 seeds; 20 of them at or below/);
});

test("accuracy falls with rank: means decide between refuted and not, the seeds between reproduced and differs", () => {
  const judged = (base: number[], keep50: number[], keep20: number[], context = official) =>
    verdictOf(
      "3.acc-falls-with-rank",
      {
        ...likeTheReport,
        accuracies: { base: accuracies(...base), keep50: accuracies(...keep50), keep20: accuracies(...keep20) },
      },
      context,
    );
  const twenty = (value: number, exceptions: number, other: number) =>
    Array.from({ length: 20 }, (_, i) => (i < exceptions ? other : value));
  for (const context of [official, ...others]) {
    assert.equal(judged(twenty(50, 0, 0), twenty(40, 0, 0), twenty(20, 0, 0), context), "reproduced");
    assert.equal(judged(twenty(50, 0, 0), twenty(40, 1, 60), twenty(20, 0, 0), context), "reproduced", "19 of 20");
    assert.equal(judged(twenty(50, 0, 0), twenty(40, 2, 60), twenty(20, 0, 0), context), "differs", "18 of 20");
    assert.equal(judged(twenty(50, 0, 0), twenty(20, 0, 0), twenty(40, 0, 0), context), "refuted");
    assert.equal(judged(twenty(50, 0, 0), twenty(40, 0, 0), twenty(40, 0, 0), context), "refuted", "no fall");
  }
});

test("only the counts of parameters must hold: the report fixed no seed", () => {
  for (const { id, mustHold, chapter } of chapter3Claims) {
    assert.equal(mustHold, id.startsWith("3.params."), id);
    assert.equal(chapter, 3);
  }
});
