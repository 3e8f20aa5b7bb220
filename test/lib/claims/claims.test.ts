import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { JSDOM } from "jsdom";
import { type ClaimRule, settleClaims } from "../../../lib/claims/claims";
import { claimsHtml, showClaims } from "../../../lib/claims/showClaims";
import { buildFolder } from "../../../lib/core/paths";
import { shownInKernel } from "../display/fakeKernel";

const file = join(buildFolder, "claims", "chapter-999.json");
after(() => rm(file, { force: true }));

/** A rule that compares one measured number with 10, on official weights only. */
function rule(id: string, more: Partial<ClaimRule<number>> = {}): ClaimRule<number> {
  return {
    id,
    chapter: 999,
    claim: "the answer is 10 & final",
    reported: 10,
    rule: "comparable on official weights; reproduced if equal, refuted if negative, else differs",
    mustHold: true,
    judge: (measured, { weights }) => {
      if (weights !== "official") return { computed: measured, verdict: "not comparable", note: "other weights" };
      return { computed: measured, verdict: measured === 10 ? "reproduced" : measured < 0 ? "refuted" : "differs" };
    },
    ...more,
  };
}

const on = (weights: "official" | "demo") => ({
  weights: { provenance: weights, sha256: "a".repeat(64) },
  images: { provenance: "demo" as const, sha256: "b".repeat(64) },
});

test("each verdict follows from the rule, and what must hold is asked only where it is comparable", async () => {
  const outcomes = [];
  for (const [measured, weights] of [
    [10, "official"],
    [11, "official"],
    [-1, "official"],
    [10, "demo"],
  ] as const) {
    const [{ verdict, mustHold, holds }] = await settleClaims([rule("999.a")], measured, on(weights));
    outcomes.push([verdict, mustHold, holds]);
  }
  assert.deepEqual(outcomes, [
    ["reproduced", true, true],
    ["differs", true, false],
    ["refuted", true, false],
    ["not comparable", false, false],
  ]);
});

test("a claim that need not hold never fails a run", async () => {
  const [{ mustHold, holds }] = await settleClaims([rule("999.a", { mustHold: false })], 11, on("official"));
  assert.deepEqual([mustHold, holds], [false, false]);
});

test("the file holds the claims in order, with the fields agreed on and no others", async () => {
  await settleClaims([rule("999.a"), rule("999.b")], 11, on("demo"));
  const written = JSON.parse(await readFile(file, "utf8"));
  assert.deepEqual(written[0], {
    id: "999.a",
    chapter: 999,
    claim: "the answer is 10 & final",
    reported: 10,
    computed: 11,
    verdict: "not comparable",
    weights: "demo",
    images: "demo",
    note: "other weights",
    assets: `${"a".repeat(16)}+${"b".repeat(16)}`,
    mustHold: false,
    holds: false,
    timed: false,
  });
  assert.deepEqual(
    written.map(({ id }: { id: string }) => id),
    ["999.a", "999.b"],
  );
});

test("the table shows rule, verdict in words and source, and marks what comes from a clock", async () => {
  const claims = await settleClaims([rule("999.a"), rule("999.ms", { timed: true })], 11, on("official"));
  const { document } = new JSDOM(claimsHtml(claims)).window;
  const [first, second] = [...document.querySelectorAll("tbody tr")].map((row) => [...row.children]);
  assert.deepEqual(
    first.map(({ textContent }) => textContent),
    ["999.a", `the answer is 10 & final${rule("").rule}`, "10", "11", "≠ differs", ""],
  );
  assert.deepEqual(
    [first, second].map((row) => row.map(({ className }) => className)),
    [
      ["", "", "", "", "", ""],
      ["", "", "", "time", "time", "time"],
    ],
  );
  assert.match(document.querySelector("caption")?.textContent ?? "", /chapter 999.*weights: official · images: demo/);
  const shown = await shownInKernel(() => showClaims(claims));
  assert.deepEqual(shown, [{ type: "text/html", content: claimsHtml(claims), update: false }]);
});
