import assert from "node:assert/strict";
import { test } from "node:test";
import { chapter7Claims, type FasterNetworkEvidence, type TimedNetwork } from "../../../lib/claims/chapter7";
import type { Verdict } from "../../../lib/claims/verdicts";

const context = { weights: "demo", images: "demo" } as const;
const [faster, responses, macs, beatsInt8, addsToInt8, training] = chapter7Claims;

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

const network = (speedup: number, correct: number, doubtful = false): TimedNetwork => ({
  speedup,
  doubtful,
  accuracy: { correct, share: correct / 1000 },
});
const alone = network(3, 900);

test("low rank beats int8 if it is as fast and as right, and loses where int8 is both beside every network", () => {
  const verdicts: [Verdict, TimedNetwork[]][] = [
    ["reproduced", [network(3, 900)]],
    ["reproduced", [network(2, 890), network(3.1, 901)]],
    ["refuted", [network(2, 890), network(1.5, 900)]],
    ["differs", [network(2, 901)]],
    ["differs", [network(3.1, 899), network(2, 890)]],
    ["not comparable", [network(2, 890, true)]],
    ["not comparable", []],
  ];
  for (const [verdict, lowRank] of verdicts) {
    const networks = { lowRank, int8Alone: alone, both: [], busy: 0 };
    assert.equal(beatsInt8.judge({ ...evidence, networks }, context).verdict, verdict, JSON.stringify(lowRank));
    const onBusy = { ...networks, busy: 0.11 };
    assert.equal(beatsInt8.judge({ ...evidence, networks: onBusy }, context).verdict, "not comparable");
  }
});

test("low rank adds to int8 if both are a tenth faster for few points, and does not if they are no faster", () => {
  const verdicts: [Verdict, TimedNetwork[]][] = [
    ["reproduced", [network(3.31, 876)]],
    ["reproduced", [network(2, 900), network(5, 880)]],
    ["differs", [network(3.29, 900)]],
    ["differs", [network(5, 874)]],
    ["refuted", [network(3, 950)]],
    ["not comparable", [network(5, 900, true)]],
    ["not comparable", []],
  ];
  for (const [verdict, both] of verdicts) {
    const networks = { lowRank: [], int8Alone: alone, both, busy: 0 };
    assert.equal(addsToInt8.judge({ ...evidence, networks }, context).verdict, verdict, JSON.stringify(both));
  }
});

test("training recovers if more images are right than chance explains", () => {
  const verdicts: [Verdict, number, number][] = [
    ["reproduced", -0.004, 0.049],
    ["differs", -0.004, 0.05],
    ["differs", 0, 1],
    ["refuted", 0.004, 0.01],
  ];
  for (const [verdict, difference, midP] of verdicts) {
    const retrained = { drop: { difference }, mcnemar: { midP }, passed: "2 passes" };
    const judged = training.judge({ ...evidence, retrained }, context);
    assert.deepEqual([judged.verdict, judged.note], [verdict, "2 passes"], `${difference} at ${midP}`);
  }
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
      ["7.low-rank-beats-int8", false, true],
      ["7.low-rank-adds-to-int8", false, true],
      ["7.backbone-training-recovers", false, true],
    ],
  );
});
