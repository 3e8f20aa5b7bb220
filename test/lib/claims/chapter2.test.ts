import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chapter2Claims, type LayerSpectrum, sameSpectrum } from "../../../lib/claims/chapter2";
import type { ClaimContext } from "../../../lib/claims/claims";
import { referenceFolder } from "../../../lib/core/paths";

const provenances = ["official", "custom", "demo"] as const;
const contexts: ClaimContext[] = provenances.flatMap((weights) => provenances.map((images) => ({ weights, images })));
const recorded = JSON.parse(readFileSync(join(referenceFolder, "official-spectra.json"), "utf8"));

const middleOf = (singularValues: number[], rank: number, more: Partial<LayerSpectrum> = {}): LayerSpectrum => ({
  layer: "layer2.0.conv1",
  rows: 128,
  columns: 576,
  singularValues,
  rank,
  official: { singularValues: recorded["layer2.0.conv1"], rank: 94 },
  ...more,
});
const finalOf = (singularValues: number[], rank: number, more: Partial<LayerSpectrum> = {}): LayerSpectrum => ({
  layer: "fc",
  rows: 1000,
  columns: 512,
  singularValues,
  rank,
  official: { singularValues: recorded.fc, rank: 291 },
  ...more,
});
const officialMiddle = middleOf(recorded["layer2.0.conv1"], 94);
const officialFinal = finalOf(recorded.fc, 291);
const flat = (count: number): number[] => new Array(count).fill(1);

const judged = (layers: LayerSpectrum[], context = contexts[0]) =>
  Object.fromEntries(chapter2Claims.map((rule) => [rule.id, rule.judge({ threshold: 0.95, layers }, context)]));

/** Verdict of each claim, where no context changes it: the tensors themselves decide. */
function verdicts(layers: LayerSpectrum[]): Record<string, string> {
  const all = contexts.map((context) =>
    Object.fromEntries(Object.entries(judged(layers, context)).map(([id, { verdict }]) => [id, verdict])),
  );
  for (const other of all) assert.deepEqual(other, all[0]);
  return all[0];
}

test("the official tensors reproduce every claim", () => {
  for (const [id, verdict] of Object.entries(verdicts([officialMiddle, officialFinal])))
    assert.equal(verdict, "reproduced", id);
  assert.deepEqual(
    Object.values(judged([officialMiddle, officialFinal])).map(({ computed }) => computed),
    ["128 × 576", 128, "94 (73.44 %)", "1000 × 512", 512, "291 (56.84 %)", "56.84 % < 73.44 %"],
  );
});

test("tensors of the same shapes but other values, or with no record: nothing about ranks can be compared", () => {
  const other = finalOf(flat(512), 487);
  for (const final of [other, { ...officialFinal, official: undefined }])
    assert.deepEqual(verdicts([middleOf(flat(128), 122), final]), {
      "2.middle.shape": "reproduced",
      "2.middle.count": "reproduced",
      "2.middle.k95": "not comparable",
      "2.fc.shape": "reproduced",
      "2.fc.count": "reproduced",
      "2.fc.k95": "not comparable",
      "2.fc-more-compressible": "not comparable",
    });
  assert.match(judged([other])["2.fc.k95"].note ?? "", /whose recorded spectrum gives 291 \(56\.84 %\)/);
});

test("one official tensor is comparable where the other is not", () => {
  const all = verdicts([officialMiddle, finalOf(flat(512), 487)]);
  assert.equal(all["2.middle.k95"], "reproduced");
  assert.equal(all["2.fc.k95"], "not comparable");
  assert.equal(all["2.fc-more-compressible"], "not comparable");
});

test("other shapes and counts differ, but on custom weights they are another network's", () => {
  const layers = [middleOf(flat(127), 90, { rows: 576, columns: 127 }), finalOf(flat(10), 5, { rows: 10 })];
  for (const id of ["2.middle.shape", "2.middle.count", "2.fc.shape", "2.fc.count"])
    for (const weights of provenances) {
      const { verdict } = judged(layers, { weights, images: "official" })[id];
      assert.equal(verdict, weights === "custom" ? "not comparable" : "differs", id);
    }
  // The report prints the transpose in places, but a claim of 128 × 576 is not one of 576 × 128.
  const transposed = judged([middleOf(flat(128), 90, { rows: 576, columns: 128 })]);
  assert.deepEqual(
    [transposed["2.middle.shape"].verdict, transposed["2.middle.count"].verdict],
    ["differs", "reproduced"],
  );
});

test("a layer that was not measured has no computed value", () => {
  const all = judged([officialFinal, { ...officialMiddle, layer: "layer3.0.conv1" }]);
  for (const id of ["2.middle.shape", "2.middle.count", "2.middle.k95", "2.fc-more-compressible"])
    assert.deepEqual(all[id], { computed: "not computed", verdict: "not comparable" }, id);
  assert.equal(all["2.fc.k95"].verdict, "reproduced");
});

test("the official tensor with another rank differs; if fc needs the larger share, the comparison is refuted", () => {
  const all = verdicts([
    { ...officialMiddle, rank: 1 },
    { ...officialFinal, rank: 487 },
  ]);
  assert.equal(all["2.middle.k95"], "differs");
  assert.equal(all["2.fc.k95"], "differs");
  assert.equal(all["2.fc-more-compressible"], "refuted");
});

test("spectra count as the same up to 0.1 % of the largest value, and not beyond", () => {
  const official: number[] = recorded["layer2.0.conv1"];
  const shifted = (by: number) => official.map((value, i) => (i === 60 ? value + by * official[0] : value));
  assert.ok(sameSpectrum(shifted(0.0009), official));
  assert.ok(!sameSpectrum(shifted(0.0011), official));
  assert.ok(!sameSpectrum(flat(5), flat(6)));
});

test("shapes, counts and ranks must hold; which layer is the better candidate need not", () => {
  for (const { id, mustHold = false } of chapter2Claims) assert.equal(mustHold, id !== "2.fc-more-compressible", id);
});
