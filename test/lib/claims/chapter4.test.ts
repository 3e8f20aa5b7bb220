import assert from "node:assert/strict";
import { test } from "node:test";
import { chapter2Claims } from "../../../lib/claims/chapter2";
import { chapter3Claims } from "../../../lib/claims/chapter3";
import { type Chapter4Evidence, chapter4Claims } from "../../../lib/claims/chapter4";
import type { ClaimContext } from "../../../lib/claims/claims";
import { accuracies, timing } from "../../support/madeUp";

const official: ClaimContext = { weights: "official", images: "official" };
const demo: ClaimContext = { weights: "demo", images: "demo" };

const around = (middle: number) => accuracies(...Array.from({ length: 41 }, (_, i) => middle + (i - 20) / 10));
const means = { base: 50, cut: 20, shortTraining: 25 };
const like: Chapter4Evidence = {
  accuracies: { base: around(51), keep50: around(8), keep20: around(10) },
  timings: { base: timing(1830), keep50: timing(1850), keep20: timing(1820) },
  collapse: {
    keep50: { printed: 8.01, correct: 41, total: 512, classes: ["automobile"] },
    keep20: { printed: 9.57, correct: 49, total: 512, classes: ["cat"] },
  },
  recovery: { keep50: means, keep20: means },
};

function judge(id: string, evidence: Chapter4Evidence, context = official) {
  const rule = chapter4Claims.find((one) => one.id === id);
  assert.ok(rule, id);
  return rule.judge(evidence, context);
}

const withTimes = (base: number, keep50: number, keep20: number): Chapter4Evidence => ({
  ...like,
  timings: { base: timing(base), keep50: timing(keep50), keep20: timing(keep20) },
});

test("accuracies after recovery: reproduced, differing, not comparable", () => {
  for (const [head, reported] of [
    ["base", 50.78],
    ["keep50", 8.01],
    ["keep20", 9.57],
  ] as const) {
    const id = `4.acc.${head}`;
    const other = { ...like, accuracies: { ...like.accuracies, [head]: around(reported + 30) } };
    assert.equal(judge(id, like).verdict, "reproduced");
    assert.equal(judge(id, other).verdict, "differs");
    assert.equal(judge(id, like, demo).verdict, "not comparable");
  }
});

test("the base's claim does not speak of a recovery that the report did not give it", () => {
  const claimOf = (head: string) => chapter4Claims.find(({ id }) => id === `4.acc.${head}`)?.claim;
  assert.equal(claimOf("base"), "top-1 of base after its 10 batches");
  assert.equal(claimOf("keep50"), "top-1 of keep 0.5 (k = 5) after 3 epochs of recovery");
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
      for (const head of ["base", "keep50", "keep20"])
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
    const judged = (head: "base" | "keep50" | "keep20", spread: number) => {
      const evidence = withTimes(100, 100 * ratio, 100);
      const timings = { ...evidence.timings, [head]: { ...evidence.timings[head], spread } };
      return judge("4.latency-unchanged", { ...evidence, timings });
    };
    for (const head of ["base", "keep50", "keep20"] as const) {
      assert.equal(judged(head, 19).verdict, verdict);
      assert.equal(judged(head, 25).verdict, "not comparable");
      assert.match(judged(head, 25).note ?? "", /^the machine was too busy; .* scatter by up to 2[15] %$/);
    }
  }
});

test("the latency is judged by medians: a single slow run changes nothing", () => {
  const slow = { ...timing(100), mean: 180 };
  assert.equal(
    judge("4.latency-unchanged", {
      ...like,
      timings: { ...like.timings, base: timing(100), keep50: slow, keep20: slow },
    }).verdict,
    "reproduced",
  );
});

test("nothing of chapter 4 must hold, and what comes from a clock is marked", () => {
  for (const { id, mustHold, timed, chapter } of chapter4Claims) {
    assert.equal(mustHold, false, id);
    assert.equal(timed ?? false, id.startsWith("4.ms.") || id === "4.latency-unchanged", id);
    assert.equal(chapter, 4);
  }
});

test("every identifier agreed on for chapters 2 to 4 is there exactly once, and there is no other", () => {
  const perHead = (prefix: string) => ["base", "keep50", "keep20"].map((head) => `${prefix}.${head}`);
  const agreed = [
    ...["2.middle.shape", "2.middle.count", "2.middle.k95", "2.fc.shape", "2.fc.count", "2.fc.k95"],
    ...["2.fc-more-compressible", "3.acc-falls-with-rank", "4.latency-unchanged"],
    ...["3.params", "3.acc", "4.acc", "4.ms"].flatMap(perHead),
    ...["4.collapse.keep50", "4.collapse.keep20", "4.recovery-impossible"],
  ];
  const ids = [...chapter2Claims, ...chapter3Claims, ...chapter4Claims].map(({ id }) => id);
  assert.deepEqual(ids.sort(), agreed.sort());
});
