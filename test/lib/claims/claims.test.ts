import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChapterInUse, type ClaimRule, judgeClaim } from "../../../lib/claims/claims";

/** A rule that compares one measured number with 512, on official weights only. */
const rule: ClaimRule<number> = {
  id: "2.fc.count",
  rule: "comparable on official weights; reproduced if equal, refuted if negative, else differs",
  mustHold: true,
  judge: (measured, { weights }) => {
    if (weights !== "official") return { computed: measured, verdict: "not comparable", note: "other weights" };
    return { computed: measured, verdict: measured === 512 ? "reproduced" : measured < 0 ? "refuted" : "differs" };
  },
};
const on = (weights: "official" | "demo", varied: string[] = []): ChapterInUse => ({
  number: 2,
  weights: { provenance: weights, sha256: "a".repeat(64) },
  images: { provenance: "demo", sha256: "b".repeat(64) },
  varied,
});

test("each verdict follows from the rule, and what must hold is asked only where it is comparable", () => {
  const outcomes = (
    [
      [512, on("official")],
      [11, on("official")],
      [-1, on("official")],
      [512, on("demo")],
    ] as const
  ).map(([measured, chapter]) => {
    const { verdict, mustHold, holds } = judgeClaim(rule, measured, chapter);
    return [verdict, mustHold, holds];
  });
  assert.deepEqual(outcomes, [
    ["reproduced", true, true],
    ["differs", true, false],
    ["refuted", true, false],
    ["not comparable", false, false],
  ]);
});

test("a claim that need not hold never fails a run", () => {
  const { mustHold, holds } = judgeClaim({ ...rule, mustHold: undefined }, 11, on("official"));
  assert.deepEqual([mustHold, holds], [false, false]);
});

test("with other settings than the report's the verdict is varied beside what was computed, and nothing must hold", () => {
  for (const measured of [512, 11, -1])
    for (const weights of ["official", "demo"] as const) {
      const { computed, verdict, mustHold, holds } = judgeClaim(rule, measured, on(weights, ["threshold: 0.9"]));
      assert.deepEqual([computed, verdict, mustHold, holds], [measured, "varied", false, false]);
    }
});

test("a claim carries the report's words and number, and what it rests on", () => {
  const { claim, persian, reported, chapter, weights, images, note, assets, timed } = judgeClaim(rule, 11, on("demo"));
  assert.deepEqual(
    [claim, persian, reported, chapter],
    ["number of singular values of fc", "تعداد مقادیر تکین fc", 512, 2],
  );
  assert.deepEqual([weights, images, note, timed], ["demo", "demo", "other weights", false]);
  assert.equal(assets, `${"a".repeat(16)}+${"b".repeat(16)}`);
  assert.equal(judgeClaim({ ...rule, timed: true }, 11, on("demo")).timed, true);
});
