import assert from "node:assert/strict";
import { test } from "node:test";
import { chapter7Claims, type FasterNetworkEvidence } from "../../../lib/claims/chapter7";
import type { Verdict } from "../../../lib/claims/verdicts";

const context = { weights: "demo", images: "demo" } as const;
const [faster, responses, macs] = chapter7Claims;

const chosen = (speedup: number, points: number, doubtful = false, busy = 0): FasterNetworkEvidence["chosen"] => ({
  speedup,
  doubtful,
  busy,
  drop: { difference: points / 100 },
});
const errors = (weights: number, corrected: number, onResponses: number): FasterNetworkEvidence["fits"] => [
  { fit: "weights", outputError: weights },
  { fit: "responses", outputError: onResponses },
  { fit: "ReLU-aware", outputError: corrected },
];
const form = (name: string, share: number, macs: number, time: number, doubtful = false) => ({
  ...{ form: name, share, macs, time, doubtful },
});
const original = form("the network as it is", 1, 1, 1);
const evidence: FasterNetworkEvidence = {
  chosen: chosen(2, 1),
  fits: errors(0.5, 0.2, 0.3),
  forms: [original, form("a", 0.5, 0.5, 0.5)],
};

test("a network is faster if the clock says so and few points are lost; losing no speed-up refutes", () => {
  const verdicts: [Verdict, number, number][] = [
    ["reproduced", 2, 1],
    ["reproduced", 1.5, -0.5],
    ["differs", 2, 2.6],
    ["differs", 1.4, 0],
    ["differs", 1.1, 0],
    ["refuted", 1.09, 0],
    ["refuted", 0.8, 30],
  ];
  for (const [verdict, speedup, points] of verdicts)
    assert.equal(
      faster.judge({ ...evidence, chosen: chosen(speedup, points) }, context).verdict,
      verdict,
      `${speedup} × for ${points}`,
    );
  assert.equal(faster.judge(evidence, context).computed, "2.00 × as fast, 1.00 points lost");
});

test("a busy machine, or timings that contradict each other, tell nothing of a speed-up", () => {
  for (const told of [chosen(2, 1, true), chosen(0.8, 1, false, 0.11)])
    assert.equal(faster.judge({ ...evidence, chosen: told }, context).verdict, "not comparable");
  assert.equal(faster.judge({ ...evidence, chosen: chosen(2, 1, false, 0.09) }, context).verdict, "reproduced");
});

test("responses beat weights if every other fit errs less, and lose if none does", () => {
  const verdicts: [Verdict, FasterNetworkEvidence["fits"]][] = [
    ["reproduced", errors(0.5, 0.2, 0.3)],
    ["differs", errors(0.5, 0.6, 0.3)],
    ["differs", errors(0.5, 0.2, 0.5)],
    ["refuted", errors(0.5, 0.5, 0.6)],
  ];
  for (const [verdict, fits] of verdicts)
    assert.equal(responses.judge({ ...evidence, fits }, context).verdict, verdict, JSON.stringify(fits));
  assert.equal(responses.judge(evidence, context).computed, "error 0.500 by weights, 0.300 by responses");
});

test("MACs mislead if a time lags behind its count, or two forms at one share are apart", () => {
  const verdicts: [Verdict, FasterNetworkEvidence["forms"]][] = [
    ["refuted", [form("a", 0.5, 0.5, 0.5), form("b", 0.5, 0.48, 0.5)]],
    ["reproduced", [form("a", 0.5, 0.5, 0.5), form("b", 0.25, 0.25, 0.3)]],
    ["reproduced", [form("a", 0.5, 0.5, 0.4), form("b", 0.5, 0.5, 0.5)]],
    ["refuted", [form("a", 0.5, 0.5, 0.5), form("b", 0.5, 0.5, 0.5), form("a", 0.25, 0.25, 0.2)]],
    ["refuted", [form("a", 0.5, 0.5, 0.5), form("b", 0.5, 0.5, 0.9, true)]],
    ["not comparable", [form("a", 0.5, 0.5, 0.9, true)]],
  ];
  for (const [verdict, forms] of verdicts)
    assert.equal(
      macs.judge({ ...evidence, forms: [original, ...forms] }, context).verdict,
      verdict,
      JSON.stringify(forms),
    );
});

test("the form furthest behind its count is named, the original never", () => {
  const forms = [original, form("a", 0.5, 0.5, 0.4), form("b", 0.25, 0.25, 0.5)];
  const { computed, note } = macs.judge({ ...evidence, forms }, context);
  assert.equal(computed, "b: 4.00 × by MACs, 2.00 × by the clock");
  assert.equal(note, "time over MACs from 0.80 to 2.00 of the original's");
});

test("without a network to keep, both fits, or a form, nothing is computed", () => {
  const nothing = { fits: errors(0.5, 0.2, 0.3).slice(1), forms: [original] };
  for (const rule of chapter7Claims) assert.equal(rule.judge(nothing, context).computed, "not computed", rule.id);
});

test("no claim of the chapter can fail a run, and those of the clock are marked", () => {
  assert.deepEqual(
    chapter7Claims.map(({ id, mustHold, timed }) => [id, mustHold ?? false, timed ?? false]),
    [
      ["7.multi-layer-speeds-up", false, true],
      ["7.responses-beat-weights", false, false],
      ["7.macs-mislead", false, true],
    ],
  );
});
