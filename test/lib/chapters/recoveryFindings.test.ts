import assert from "node:assert/strict";
import { test } from "node:test";
import {
  equalTrainingFinding,
  recoveryVerdict,
  sweepTime,
  untrainedFinding,
} from "../../../lib/chapters/recoveryFindings";
import type { ScoredRecoveries } from "../../../lib/chapters/recoveryTable";
import { recoveryClaims } from "../../../lib/claims/recovery";
import type { MethodResult } from "../../../lib/display/recovery";
import { method, sheet } from "./scoredMethod";

const result = (id: string, keep: number, mean: number): MethodResult => ({
  id,
  title: id,
  keep,
  mean,
  low: 0,
  high: 0,
});

/** Results in which the best method reaches 48 % at rank 5 (f), 30 % at rank 2 (c) and 57 % without compression (c). */
const results = [
  result("b", 0.5, 40),
  result("d", 0.5, 44.44),
  result("f", 0.5, 48),
  result("b", 0.2, 25),
  result("c", 0.2, 30),
  result("d", 0.2, 28),
  result("b", 1, 55),
  result("c", 1, 57),
];

/** Base 50 %, cut 30 and 20 %; short training wins back these shares of the loss. */
const means = (k5: number, k2: number) => ({
  keep50: { base: 50, cut: 30, shortTraining: 30 + 20 * k5 },
  keep20: { base: 50, cut: 20, shortTraining: 20 + 30 * k2 },
});

test("the verdict can go either way: it does recover, the report's claim holds, or neither is settled", () => {
  assert.match(
    recoveryVerdict(means(0.8, 0.6), results, 2000),
    /^Short fine-tuning \*\*does\*\* recover.*win back 80 % .* and 60 %/,
  );
  assert.match(
    recoveryVerdict(means(0.05, 0.02), results, 2000),
    /win back 5 % .* and 2 % at rank 2.*the report's claim (\*\*)?holds(\*\*)? here/,
  );
  assert.match(recoveryVerdict(means(0.3, 0.02), results, 2000), /is neither confirmed nor refuted here/);
  assert.match(
    recoveryVerdict(means(-0.2, -0.1), results, 2000),
    /claim (\*\*)?holds(\*\*)? here/,
    "training that makes it worse",
  );
});

test("the sentence and the claim's verdict agree on any result", () => {
  const claim = recoveryClaims.find(({ id }) => id === "4.recovery-impossible");
  const words = {
    refuted: /\*\*does\*\* recover/,
    reproduced: /claim (\*\*)?holds(\*\*)? here/,
    differs: /neither confirmed nor/,
  };
  const seen = new Set<string>();
  for (const k5 of [-0.5, 0, 0.09, 0.11, 0.49, 0.51, 1.2]) {
    for (const k2 of [-0.5, 0, 0.09, 0.11, 0.49, 0.51, 1.2]) {
      const { keep50, keep20 } = means(k5, k2);
      const recovery = [
        { keep: 0.5, ...keep50 },
        { keep: 0.2, ...keep20 },
      ];
      const evidence = { printed: [], recovery };
      const verdict = claim?.judge(evidence, { weights: "demo", images: "demo" }).verdict as keyof typeof words;
      assert.match(recoveryVerdict(means(k5, k2), results, 2000), words[verdict], `${k5}, ${k2}`);
      seen.add(verdict);
    }
  }
  assert.equal(seen.size, 3);
});

test("the verdict names the best method at each rank beside the uncompressed head, as the report leaves it and trained on", () => {
  const text = recoveryVerdict(means(0.8, 0.6), results, 2000);
  assert.match(text, /best at rank 5 is method f with 48\.00 % and at rank 2 method c with 30\.00 %/);
  assert.match(text, /lost against the uncompressed head after its 10 batches/);
  assert.match(
    text,
    /beside 50\.00 % of the uncompressed head after its 10 batches and 57\.00 % .* trained on as in c/,
  );
});

test("the verdict cites the table and the number of images that its numbers come from", () => {
  assert.match(recoveryVerdict(means(0.8, 0.6), results, 2000), /\(table 4-6 and figure 4-2, 2000 test images\)/);
});

test("at equal training all three heads stand side by side", () => {
  assert.match(
    equalTrainingFinding(results),
    /uncompressed head reaches 55\.00 %, rank 5 40\.00 % and rank 2 25\.00 %\.$/,
  );
});

test("the time of the sweep says what took it", () => {
  const all = {
    base: [sheet(1), sheet(2)],
    cut: { keep50: [], keep20: [] },
    methods: [method("a", 0.5), method("a", 1)],
  };
  assert.match(
    sweepTime({ seconds: 12.34, report: all, all }),
    /^8 learning rates, 2 seeds and 2 heads .* took 12\.3 s/,
  );
});

test("the cuts without training are ordered by what they reach, whichever wins", () => {
  const cuts = (d: number, e: number): ScoredRecoveries => ({
    base: [],
    cut: { keep50: [30, 32, 34].map(sheet), keep20: [20, 20, 20].map(sheet) },
    methods: [0.5, 0.2].flatMap((keep) => [method("d", keep, d, d, d), method("e", keep, e, e, e)]),
  });
  const text = untrainedFinding(cuts(25, 40));
  assert.match(text, /at rank 5 centred 40\.00 %, plain 32\.00 %, output-aware 25\.00 %;/);
  assert.match(text, /at rank 2 centred 40\.00 %, output-aware 25\.00 %, plain 20\.00 %\./);
  assert.match(text, /yet at both ranks another cut classifies as well or better/);
  assert.match(untrainedFinding(cuts(60, 10)), /at rank 5 output-aware 60\.00 %, plain 32\.00 %, centred 10\.00 %/);
  assert.match(untrainedFinding(cuts(25, 10)), /yet at the larger rank another cut/);
  assert.match(untrainedFinding(cuts(60, 10)), /has the most right answers at both ranks/);
});
