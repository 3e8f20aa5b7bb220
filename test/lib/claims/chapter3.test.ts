import assert from "node:assert/strict";
import { test } from "node:test";
import { placeAccuracy } from "../../../lib/claims/accuracyClaim";
import { chapter3Claims, type HeadsEvidence } from "../../../lib/claims/chapter3";
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

const keeps = { base: 1, keep50: 0.5, keep20: 0.2 };
const heads = Object.entries(keeps);
const likeTheReport: HeadsEvidence = {
  models: [
    { keep: 1, parameters: 11181642, accuracies: around(51) },
    { keep: 0.5, parameters: 11179132, accuracies: around(37) },
    { keep: 0.2, parameters: 11177566, accuracies: around(17) },
  ],
};
/** The report's models, one of them changed. */
const changed = (keep: number, change: Partial<HeadsEvidence["models"][number]>): HeadsEvidence => ({
  models: likeTheReport.models.map((model) => (model.keep === keep ? { ...model, ...change } : model)),
});

function judge(id: string, evidence: HeadsEvidence, context = official) {
  const rule = chapter3Claims.find((one) => one.id === id);
  assert.ok(rule, id);
  return rule.judge(evidence, context);
}
const verdictOf = (...given: Parameters<typeof judge>) => judge(...given).verdict;

test("figures like the report's reproduce every claim", () => {
  for (const { id } of chapter3Claims) assert.equal(verdictOf(id, likeTheReport), "reproduced", id);
});

test("parameter counts must be equal; custom weights may be another network's", () => {
  for (const [head, keep] of heads) {
    const other = changed(keep, { parameters: 11181642 + 1 });
    for (const context of [official, ...others]) {
      const expected = context.weights === "custom" ? "not comparable" : "differs";
      assert.equal(verdictOf(`3.params.${head}`, other, context), expected);
      assert.equal(verdictOf(`3.params.${head}`, likeTheReport, context), "reproduced");
    }
  }
});

test("accuracies are compared on official weights and images only, and differ outside the seeds' central 95 %", () => {
  for (const [head, keep] of heads) {
    const id = `3.acc.${head}`;
    for (const context of others) assert.equal(verdictOf(id, likeTheReport, context), "not comparable");
    for (const middle of [5, 90])
      assert.equal(verdictOf(id, changed(keep, { accuracies: around(middle) })), "differs", `${id} around ${middle}`);
  }
});

test("a keep ratio that was not run has no computed value, nor has what compares it", () => {
  const models = [
    ...likeTheReport.models.filter(({ keep }) => keep !== 0.5),
    { ...likeTheReport.models[1], keep: 0.3 },
  ];
  for (const id of ["3.params.keep50", "3.acc.keep50", "3.acc-falls-with-rank"])
    assert.deepEqual(judge(id, { models }), { computed: "not computed", verdict: "not comparable" }, id);
  assert.equal(verdictOf("3.params.keep20", { models }), "reproduced");
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
  const judged = (base: number[], half: number[], fifth: number[], context = official) => {
    const samples = [base, half, fifth];
    const models = likeTheReport.models.map((model, i) => ({ ...model, accuracies: accuracies(...samples[i]) }));
    return verdictOf("3.acc-falls-with-rank", { models }, context);
  };
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
  for (const { id, mustHold = false } of chapter3Claims) assert.equal(mustHold, id.startsWith("3.params."), id);
});
