import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { conclusionRows, conclusionText, timedConclusion, earlierClaims } from "../../../lib/chapters/conclusion";
import type { Chapter } from "../../../lib/chapters/open";
import { assetsKey, type Claim, type Verdict } from "../../../lib/claims/claims";
import { UserError } from "../../../lib/core/errors";

const folder = mkdtempSync(join(tmpdir(), "low-rank-conclusion-"));
after(() => rmSync(folder, { recursive: true }));
const fileOf = (chapter: number) => join(folder, `chapter-${chapter}.json`);

const assets = {
  weights: { provenance: "demo", sha256: "a".repeat(64) },
  images: { provenance: "demo", sha256: "b".repeat(64) },
} as const;
const chapter = { assets } as unknown as Chapter;

function claim(id: string, verdict: Verdict, key = assetsKey(assets)): Claim {
  const common = {
    claim: `claim of ${id}`,
    reported: 1,
    computed: 2,
    note: "",
    mustHold: false,
    holds: false,
    timed: false,
  } as const;
  return { id, chapter: Number(id[0]), verdict, weights: "demo", images: "demo", assets: key, ...common };
}

function leave(number: number, claims: Claim[]): void {
  writeFileSync(fileOf(number), JSON.stringify(claims));
}

test("a chapter without results is named, with what to do", () => {
  assert.throws(() => earlierClaims(chapter, fileOf), /chapter 2 has no results yet: run it first/);
});

test("the claims of chapters 2 to 5 come in order", () => {
  for (const number of [2, 3, 4, 5]) leave(number, [claim(`${number}.something`, "reproduced")]);
  assert.deepEqual(
    earlierClaims(chapter, fileOf).map(({ id }) => id),
    ["2.something", "3.something", "4.something", "5.something"],
  );
});

test("results of other assets are refused", () => {
  leave(4, [claim("4.something", "reproduced", "other+files")]);
  assert.throws(
    () => earlierClaims(chapter, fileOf),
    (error) => error instanceof UserError && /chapter 4 ran on other/.test(error.message),
  );
});

test("the text puts every claim that was decided under its verdict, and only verdicts that occur", () => {
  const decided = [claim("2.a", "reproduced"), claim("4.b", "refuted"), claim("4.c", "refuted")];
  const text = conclusionText([...decided, claim("4.d", "not comparable")]);
  assert.match(text, /What holds\*\* \(1 of 4\)\n\n- `2\.a`/);
  assert.match(text, /What was refuted\*\* \(2 of 4\)\n\n- `4\.b`.*\n- `4\.c`/);
  assert.doesNotMatch(text, /differently|4\.d/);
});

test("what a clock decides stands apart", () => {
  const claims = [claim("2.a", "reproduced"), { ...claim("4.ms.b", "refuted"), timed: true }];
  assert.match(conclusionText(claims), /\(1 of 1\)\n\n- `2\.a`/);
  assert.doesNotMatch(conclusionText(claims), /4\.ms/);
  assert.equal(timedConclusion(claims), "Decided by the clock, in this run: 4.ms.b (claim of 4.ms.b): 2, refuted.");
});

test("every claim's evidence has a place", () => {
  const ids = [
    "2.fc.k95",
    "3.acc.base",
    "4.collapse.keep50",
    "4.ms.base",
    "5.latency-linear-in-depth",
    "6.spectral-redundancy",
  ];
  for (const { evidence } of conclusionRows(ids.map((id) => claim(id, "differs"))))
    assert.match(evidence, /^chapter \d/);
});
