import assert from "node:assert/strict";
import { test } from "node:test";
import { chapter4Claims, type RecoveryEvidence } from "../../../lib/claims/chapter4";
import type { ClaimContext } from "../../../lib/claims/claims";
import { accuracies, timing } from "../../support/madeUp";

const official: ClaimContext = { weights: "official", images: "official" };
const demo: ClaimContext = { weights: "demo", images: "demo" };

const around = (middle: number) => accuracies(...Array.from({ length: 41 }, (_, i) => middle + (i - 20) / 10));
const means = { base: 50, cut: 20, shortTraining: 25 };
const keeps = { base: 1, keep50: 0.5, keep20: 0.2 };
const heads = ["base", "keep50", "keep20"] as const;
const like: RecoveryEvidence = {
  models: [
    { keep: 1, accuracies: around(51), timing: timing(1830) },
    { keep: 0.5, accuracies: around(8), timing: timing(1850) },
    { keep: 0.2, accuracies: around(10), timing: timing(1820) },
  ],
  printed: [
    { printed: 8.01, correct: 41, total: 512, classes: ["automobile"] },
    { printed: 9.57, correct: 49, total: 512, classes: ["cat"] },
  ],
  recovery: [
    { keep: 0.5, ...means },
    { keep: 0.2, ...means },
  ],
};
/** The models above, one of them changed. */
const changed = (keep: number, change: Partial<RecoveryEvidence["models"][number]>, of = like): RecoveryEvidence => ({
  ...of,
  models: of.models.map((model) => (model.keep === keep ? { ...model, ...change } : model)),
});

function judge(id: string, evidence: RecoveryEvidence, context = official) {
  const rule = chapter4Claims.find((one) => one.id === id);
  assert.ok(rule, id);
  return rule.judge(evidence, context);
}

const withTimes = (...times: [number, number, number]): RecoveryEvidence => ({
  ...like,
  models: like.models.map((model, i) => ({ ...model, timing: timing(times[i]) })),
});

test("accuracies after recovery: reproduced, differing, not comparable", () => {
  for (const [head, reported] of [
    ["base", 50.78],
    ["keep50", 8.01],
    ["keep20", 9.57],
  ] as const) {
    const id = `4.acc.${head}`;
    const other = changed(keeps[head], { accuracies: around(reported + 30) });
    assert.equal(judge(id, like).verdict, "reproduced");
    assert.equal(judge(id, other).verdict, "differs");
    assert.equal(judge(id, like, demo).verdict, "not comparable");
  }
});

test("times within 10 % of the report's are reproduced, others stand for another machine, on any assets", () => {
  for (const context of [official, demo]) {
    for (const [factor, verdict] of [
      [1, "reproduced"],
      [1.09, "reproduced"],
      [0.91, "reproduced"],
      [1.12, "not comparable"],
      [0.2, "not comparable"],
    ] as const) {
      const evidence = withTimes(1830.28 * factor, 1854.57 * factor, 1821.8 * factor);
      for (const head of heads)
        assert.equal(judge(`4.ms.${head}`, evidence, context).verdict, verdict, `${head} × ${factor}`);
    }
  }
});

test("the latency is unchanged if both ratios of medians lie within 5 %, whatever the machine", () => {
  const verdict = (...times: [number, number, number]) => {
    const [first, second] = [official, demo].map(
      (context) => judge("4.latency-unchanged", withTimes(...times), context).verdict,
    );
    assert.equal(first, second);
    return first;
  };
  assert.equal(verdict(100, 104, 96), "reproduced");
  assert.equal(verdict(100, 106, 100), "refuted");
  assert.equal(verdict(100, 100, 94), "refuted");
  assert.equal(verdict(100, 50, 50), "refuted");
  assert.equal(judge("4.latency-unchanged", withTimes(100, 102, 99)).computed, "1.020 × and 0.990 ×");
});

test("a machine on which one network's runs scatter by more than 20 % tells nothing, whatever the ratios", () => {
  for (const [ratio, verdict] of [
    [1, "reproduced"],
    [1.2, "refuted"],
  ] as const) {
    const judged = (head: keyof typeof keeps, spread: number) => {
      const evidence = withTimes(100, 100 * ratio, 100);
      const { timing } = evidence.models.find(({ keep }) => keep === keeps[head])!;
      return judge("4.latency-unchanged", changed(keeps[head], { timing: { ...timing, spread } }, evidence));
    };
    for (const head of heads) {
      assert.equal(judged(head, 19).verdict, verdict);
      assert.equal(judged(head, 25).verdict, "not comparable");
      assert.match(judged(head, 25).note ?? "", /^the machine was too busy; .* scatter by up to 2[15] %$/);
    }
  }
});

test("a machine of which other programs took more than a tenth tells nothing either", () => {
  const during = (busy: number) => changed(0.5, { timing: { ...timing(100), busy } }, withTimes(100, 100, 100));
  assert.equal(judge("4.latency-unchanged", during(0.1)).verdict, "reproduced");
  const { verdict, note } = judge("4.latency-unchanged", during(0.11));
  assert.equal(verdict, "not comparable");
  assert.match(note ?? "", /others took 11 % of the cores/);
});

test("the latency is judged by medians: a single slow run changes nothing", () => {
  const slow = { ...timing(100), mean: 180 };
  const evidence = changed(0.2, { timing: slow }, changed(0.5, { timing: slow }, withTimes(100, 100, 100)));
  assert.equal(judge("4.latency-unchanged", evidence).verdict, "reproduced");
});

test("what was not run at the report's keep ratios has no computed value", () => {
  const evidence = { models: like.models.slice(0, 2), printed: [], recovery: like.recovery.slice(0, 1) };
  const missing = chapter4Claims.filter(({ id }) => judge(id, evidence).computed === "not computed");
  const ids = ["4.acc.keep20", "4.ms.keep20", "4.latency-unchanged"];
  const others = ["4.collapse.keep50", "4.collapse.keep20", "4.recovery-impossible"];
  assert.deepEqual(
    missing.map(({ id }) => id),
    [...ids, ...others],
  );
});

test("nothing of chapter 4 must hold, and what comes from a clock is marked", () => {
  for (const { id, mustHold = false, timed } of chapter4Claims) {
    assert.equal(mustHold, false, id);
    assert.equal(timed ?? false, id.startsWith("4.ms.") || id === "4.latency-unchanged", id);
  }
});
