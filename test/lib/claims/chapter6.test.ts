import assert from "node:assert/strict";
import { test } from "node:test";
import { chapter6Claims } from "../../../lib/claims/chapter6";
import type { Claim } from "../../../lib/claims/claims";
import type { Verdict } from "../../../lib/claims/verdicts";

const context = { weights: "demo", images: "demo" } as const;
const [redundancy, speedup] = chapter6Claims;

test("redundancy is what a random matrix does not have", () => {
  const judged = (...shares: [number, number][]) => {
    const layers = shares.map(([share, randomShare], i) => ({ layer: `layer ${i}`, share, randomShare }));
    return redundancy.judge({ layers, earlier: [] }, context);
  };
  assert.equal(judged([70, 80], [50, 60]).verdict, "reproduced");
  assert.equal(judged([70, 80], [60, 60]).verdict, "differs");
  assert.equal(judged([90, 80], [60, 60]).verdict, "refuted");
  assert.equal(judged().computed, "not computed");
  assert.equal(judged([70, 80], [50, 60]).computed, "70.00 % and 50.00 %");
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
