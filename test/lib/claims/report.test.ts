import assert from "node:assert/strict";
import { test } from "node:test";
import { report } from "../../../lib/claims/report";

test("the printed accuracies are those of the counts, and the cuts save what the ranks say", () => {
  for (const { rank, correct, correctAfter, before, after, parameters } of report.heads) {
    assert.equal(((100 * correct) / 512).toFixed(2), before.toFixed(2));
    assert.equal(((100 * correctAfter) / 512).toFixed(2), after.toFixed(2));
    const head = rank === 10 ? 5120 : rank * 522;
    assert.equal(report.heads[0].parameters - parameters, 5120 - head);
  }
});

test("the claims repeat the printed numbers, and each is said in both languages with its place", () => {
  const reported = (id: string) => report.claims[id].reported;
  const names = ["base", "keep50", "keep20"];
  assert.deepEqual(
    names.flatMap((name) => ["3.params", "3.acc", "4.acc", "4.ms"].map((claim) => reported(`${claim}.${name}`))),
    report.heads.flatMap(({ parameters, before, after, ms }) => [
      parameters,
      `${before.toFixed(2)} %`,
      `${after.toFixed(2)} %`,
      ms,
    ]),
  );
  assert.deepEqual([reported("2.middle.k95"), reported("2.fc.k95")], ["94 (73.44 %)", "291 (56.84 %)"]);
  for (const [id, { chapter, english, persian, evidence }] of Object.entries(report.claims)) {
    assert.equal(chapter, Number(id[0]));
    assert.match(english, /[a-z]/, id);
    assert.match(persian, /[\u0600-\u06ff]/, id);
    assert.match(evidence.english, /^chapter \d, (table|figure)/, id);
    assert.match(evidence.persian, /^فصل [۲-۷]، /, id);
  }
});
