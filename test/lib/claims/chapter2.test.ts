import assert from "node:assert/strict";
import { test } from "node:test";
import { recordedSpectra } from "../../../lib/chapters/chapter2";
import { chapter2Claims, sameSpectrum, type SpectraEvidence } from "../../../lib/claims/chapter2";
import type { ClaimContext } from "../../../lib/claims/claims";
import { fromSingularValues, type Spectrum } from "../../../lib/linalg/spectrum";

const contexts: ClaimContext[] = (["official", "custom", "demo"] as const).flatMap((weights) =>
  (["official", "custom", "demo"] as const).map((images) => ({ weights, images })),
);

const recorded = recordedSpectra();

function evidence(middle: Spectrum, final: Spectrum, officials = recorded): SpectraEvidence {
  return { middle, final, officialMiddle: officials.middle, officialFinal: officials.final };
}

/** A flat spectrum, or one in which the first component explains all. */
const flat = (rows: number, columns: number) =>
  fromSingularValues(rows, columns, new Array(Math.min(rows, columns)).fill(1));
const steep = (rows: number, columns: number) =>
  fromSingularValues(rows, columns, [1, ...new Array(Math.min(rows, columns) - 1).fill(0)]);

/** Verdict of each claim, which no context may change: the tensors themselves decide. */
function verdicts(given: SpectraEvidence): Record<string, string> {
  const judged = contexts.map((context) =>
    Object.fromEntries(chapter2Claims.map((rule) => [rule.id, rule.judge(given, context).verdict])),
  );
  for (const other of judged) assert.deepEqual(other, judged[0]);
  return judged[0];
}

test("the official tensors reproduce every claim", () => {
  const given = evidence(recorded.middle, recorded.final);
  for (const [id, verdict] of Object.entries(verdicts(given))) assert.equal(verdict, "reproduced", id);
  const computed = chapter2Claims.map((rule) => rule.judge(given, contexts[0]).computed);
  assert.deepEqual(computed, [
    "128 × 576",
    128,
    "94 (73.44 %)",
    "1000 × 512",
    512,
    "291 (56.84 %)",
    "56.84 % < 73.44 %",
  ]);
});

test("tensors of the same shapes but other values: nothing about k95 can be compared", () => {
  const all = verdicts(evidence(flat(128, 576), flat(1000, 512)));
  assert.deepEqual(all, {
    "2.middle.shape": "reproduced",
    "2.middle.count": "reproduced",
    "2.middle.k95": "not comparable",
    "2.fc.shape": "reproduced",
    "2.fc.count": "reproduced",
    "2.fc.k95": "not comparable",
    "2.fc-more-compressible": "not comparable",
  });
});

test("one official tensor is comparable where the other is not", () => {
  const all = verdicts(evidence(recorded.middle, flat(1000, 512)));
  assert.equal(all["2.middle.k95"], "reproduced");
  assert.equal(all["2.fc.k95"], "not comparable");
  assert.equal(all["2.fc-more-compressible"], "not comparable");
});

test("other shapes and counts differ", () => {
  const all = verdicts(evidence(flat(576, 127), flat(10, 512)));
  for (const id of ["2.middle.shape", "2.middle.count", "2.fc.shape", "2.fc.count"])
    assert.equal(all[id], "differs", id);
  // The report prints the transpose in places, but a claim of 128 × 576 is not one of 576 × 128.
  const transposed = verdicts(evidence(flat(576, 128), flat(1000, 512)));
  assert.deepEqual([transposed["2.middle.shape"], transposed["2.middle.count"]], ["differs", "reproduced"]);
});

test("the official tensor with another k95 differs; if fc needs the larger share, the comparison is refuted", () => {
  const officials = { middle: steep(128, 576), final: flat(1000, 512) };
  const all = verdicts(evidence(officials.middle, officials.final, officials));
  assert.equal(all["2.middle.k95"], "differs");
  assert.equal(all["2.fc.k95"], "differs");
  assert.equal(all["2.fc-more-compressible"], "refuted");
});

test("spectra count as the same up to 0.1 % of the largest value, and not beyond", () => {
  const shifted = (by: number) => {
    const values = recorded.middle.singularValues.slice();
    values[60] += by * values[0];
    return fromSingularValues(
      128,
      576,
      values.sort((a, b) => b - a),
    );
  };
  assert.ok(sameSpectrum(shifted(0.0009), recorded.middle));
  assert.ok(!sameSpectrum(shifted(0.2), recorded.middle));
  assert.ok(!sameSpectrum(flat(5, 5), flat(6, 6)));
});

test("shapes, counts and k95 must hold; which layer is the better candidate need not", () => {
  for (const { id, mustHold, chapter, rule } of chapter2Claims) {
    assert.equal(mustHold, id !== "2.fc-more-compressible", id);
    assert.equal(chapter, 2);
    assert.ok(rule.length > 20, `the rule of ${id} in words`);
  }
});
