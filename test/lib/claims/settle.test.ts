import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, mock, test } from "node:test";
import type { ChapterInUse } from "../../../lib/claims/claims";
import { report } from "../../../lib/claims/report";
import { type EvidenceOf, settle } from "../../../lib/claims/settle";

const folder = mkdtempSync(join(tmpdir(), "low-rank-settle-"));
before(() => mock.method(console, "log", () => {})); // where there is no notebook the table goes there
after(() => rmSync(folder, { recursive: true }));

const chapter = <Number extends number>(number: Number, varied: string[] = []): ChapterInUse<Number> => ({
  number,
  weights: { provenance: "demo", sha256: "a".repeat(64) },
  images: { provenance: "demo", sha256: "b".repeat(64) },
  varied,
});
const written = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const nothing: EvidenceOf = {
  2: { threshold: 0.95, layers: [] },
  3: { models: [] },
  4: { models: [], printed: [], recovery: [] },
  5: { depth: [], guides: [] },
  6: { layers: [], earlier: [] },
  7: { fits: [], forms: [] },
};

test("every claim of the report is settled by its chapter, in the report's order, even on no evidence at all", async () => {
  const settled = [
    ...(await settle(chapter(2), nothing[2], folder)),
    ...(await settle(chapter(3), nothing[3], folder)),
    ...(await settle(chapter(4), nothing[4], folder)),
    ...(await settle(chapter(5), nothing[5], folder)),
    ...(await settle(chapter(6), nothing[6], folder)),
    ...(await settle(chapter(7), nothing[7], folder)),
  ];
  assert.deepEqual(
    settled.map(({ id }) => id),
    Object.keys(report.claims),
  );
  for (const claim of settled) {
    assert.equal(claim.verdict, "not comparable", claim.id);
    assert.equal(claim.chapter, Number(claim.id[0]));
    assert.ok(claim.rule.length > 20, `the rule of ${claim.id} in words`);
    if (/comparable/.test(claim.rule)) assert.ok(report.claims[claim.id].settledBy, claim.id);
  }
});

test("the file holds the claims with the fields agreed on and no others", async () => {
  await settle(chapter(6), { layers: [{ layer: "fc", share: 50, randomShare: 60 }], earlier: [] }, folder);
  const [first, second] = written("chapter-6.json");
  assert.deepEqual(first, {
    id: "6.spectral-redundancy",
    chapter: 6,
    claim: "spectral analysis finds redundancy in the weights",
    reported: "73.44 % and 56.84 % of the components",
    computed: "50.00 %",
    verdict: "reproduced",
    weights: "demo",
    images: "demo",
    note: "random matrices of these shapes need 60.00 %",
    assets: `${"a".repeat(16)}+${"b".repeat(16)}`,
    mustHold: false,
    holds: true,
    timed: false,
  });
  assert.equal(second.timed, true);
});

test("a varied chapter writes apart and leaves what it found with the report's settings", async () => {
  await settle(chapter(3), nothing[3], folder);
  const before = readFileSync(join(folder, "chapter-3.json"), "utf8");
  const models = [{ keep: 0.5, parameters: 7, accuracies: [{ share: 0.5 }] }];
  await settle(chapter(3, ["keeps: [0.5] instead of [1,0.5,0.2]"]), { models }, folder);
  assert.equal(readFileSync(join(folder, "chapter-3.json"), "utf8"), before);
  const varied = written(join("varied", "chapter-3.json"));
  assert.ok(varied.every(({ verdict }: { verdict: string }) => verdict === "varied"));
  const computed = Object.fromEntries(varied.map(({ id, computed }: Record<string, string>) => [id, computed]));
  assert.equal(computed["3.params.keep50"], 7);
  assert.equal(computed["3.params.base"], "not computed");
  assert.equal(existsSync(join(folder, "varied", "chapter-2.json")), false);
});

test("a chapter without claims is refused, with those that have some", async () => {
  const first = chapter(1) as unknown as ChapterInUse<2>;
  await assert.rejects(settle(first, nothing[2], folder), /chapter 1 has no claims: 2, 3, 4, 5, 6, 7 have/);
});
