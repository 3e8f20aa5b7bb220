import assert from "node:assert/strict";
import { test } from "node:test";
import { chapter6Claims, type ConclusionEvidence } from "../../../lib/claims/chapter6";
import type { Claim, Verdict } from "../../../lib/claims/claims";
import { fromSingularValues } from "../../../lib/linalg/spectrum";

const flat = fromSingularValues(10, 10, new Float64Array(10).fill(1));
const steep = fromSingularValues(
  10,
  10,
  Float64Array.from({ length: 10 }, (_, i) => 0.3 ** i),
);
const context = { weights: "demo", images: "demo" } as const;
const [redundancy, speedup] = chapter6Claims;

const layers = (...spectra: (typeof flat)[]): ConclusionEvidence => ({
  layers: spectra.map((spectrum, i) => ({ name: `layer ${i}`, spectrum, random: i < 2 ? flatter(spectrum) : flat })),
  earlier: [],
});
/** A yardstick that a steep spectrum beats and a flat one does not. */
const flatter = (spectrum: typeof flat) => (spectrum === flat ? steep : flat);

test("redundancy is what a random matrix does not have", () => {
  const verdicts = [layers(steep, steep), layers(steep, flat), layers(flat, flat)].map(
    (evidence) => redundancy.judge(evidence, context).verdict,
  );
  assert.deepEqual(verdicts, ["reproduced", "differs", "refuted"]);
});

test("where chapter 4 could not tell, its reason is passed on", () => {
  const earlier = [
    { id: "4.latency-unchanged", verdict: "not comparable", computed: "1 ×", note: "too busy" } as Claim,
  ];
  assert.equal(speedup.judge({ layers: [], earlier }, context).note, "too busy");
});

test("whether one layer speeds the network up follows the latency's verdict", () => {
  const after = (verdict?: Verdict) => {
    const earlier = verdict ? [{ id: "4.latency-unchanged", verdict, computed: "1.0 ×" } as Claim] : [];
    return speedup.judge({ layers: [], earlier }, context).verdict;
  };
  assert.deepEqual(
    [after("reproduced"), after("refuted"), after("differs"), after()],
    ["reproduced", "refuted", "not comparable", "not comparable"],
  );
});
