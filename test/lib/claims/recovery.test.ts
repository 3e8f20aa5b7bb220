import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClaimContext } from "../../../lib/claims/claims";
import {
  chapter4Claims,
  type PrintedReading,
  recoveredShare,
  type RecoveryEvidence,
  type RecoveryMeans,
} from "../../../lib/claims/chapter4";

const contexts: ClaimContext[] = [
  { weights: "official", images: "official" },
  { weights: "custom", images: "official" },
  { weights: "demo", images: "demo" },
];
const means: RecoveryMeans = { base: 50, cut: 20, shortTraining: 25 };
const reading = (printed: number, classes: string[], correct?: number): PrintedReading => ({
  printed,
  correct,
  total: 512,
  classes,
});

/** The verdict, which must be the same on any assets. */
function verdictOf(id: string, evidence: Partial<RecoveryEvidence>): string {
  const given: RecoveryEvidence = { models: [], printed: [], recovery: [], ...evidence };
  const rule = chapter4Claims.find((one) => one.id === id);
  assert.ok(rule, id);
  const verdicts = new Set(contexts.map((context) => rule.judge(given, context).verdict));
  assert.equal(verdicts.size, 1);
  return [...verdicts][0];
}

test("a printed accuracy that is one class's share is no recovered head's; two classes or none leave it open", () => {
  for (const [head, printed] of [
    ["keep50", 8.01],
    ["keep20", 9.57],
  ] as const) {
    const judged = (classes: string[], correct?: number) =>
      verdictOf(`4.collapse.${head}`, { printed: [reading(50.78, ["cat"], 260), reading(printed, classes, correct)] });
    assert.equal(judged(["automobile"], 41), "refuted");
    assert.equal(judged(["airplane", "ship"], 57), "differs");
    assert.equal(judged([], 42), "differs");
    assert.equal(judged([], undefined), "not comparable");
  }
});

test("recovery is impossible, possible or in between, by the share of the loss that is won back", () => {
  const judged = (first: number, second: number) =>
    verdictOf("4.recovery-impossible", {
      recovery: [
        { ...means, keep: 0.5, shortTraining: first },
        { ...means, keep: 0.2, shortTraining: second },
      ],
    });
  assert.equal(judged(20, 22.9), "reproduced");
  assert.equal(judged(5, 5), "reproduced", "training that makes it worse");
  assert.equal(judged(20, 23.1), "differs");
  assert.equal(judged(34.9, 34.9), "differs");
  assert.equal(judged(35.1, 20), "refuted", "one rank suffices");
  assert.equal(judged(20, 60), "refuted");
});

test("the share won back: none, half, all, more than all; all where nothing was lost", () => {
  const share = (cut: number, shortTraining: number) => recoveredShare({ base: 50, cut, shortTraining });
  assert.deepEqual([share(20, 20), share(20, 35), share(20, 50), share(20, 80)], [0, 0.5, 1, 2]);
  assert.deepEqual([share(50, 10), share(55, 10)], [1, 1]);
});

test("what failed in the report need not hold here", () => {
  assert.ok(chapter4Claims.every(({ mustHold }) => !mustHold));
});
