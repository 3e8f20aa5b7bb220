import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracySamples, accuracyText, seedText } from "../../../lib/chapters/chapter3";
import { wilsonInterval } from "../../../lib/statistics/proportion";
import { accuracies } from "../../support/madeUp";

const around = (middle: number) => accuracies(...Array.from({ length: 41 }, (_, i) => middle + (i - 20) / 10));

test("seeds in words: median and central 95 %", () => {
  assert.equal(seedText(around(40)), "40.00 % (38.10 to 41.90)");
  assert.equal(seedText(accuracies(12.5)), "12.50 % (12.50 to 12.50)");
});

test("one accuracy in words: share, counts and Wilson's interval", () => {
  const text = accuracyText({ correct: 260, total: 512, share: 260 / 512, ...wilsonInterval(260, 512) });
  // statsmodels' proportion_confint(260, 512, method="wilson")
  assert.equal(text, "50.78 % (260/512), 95 % interval 46.46 to 55.09");
});

test("figures get the accuracies in per cent beside the report's", () => {
  const both = accuracies(12, 34);
  const samples = accuracySamples({ base: both, keep50: both, keep20: both }, { base: 1, keep50: 2, keep20: 3 });
  assert.deepEqual(
    samples.map(({ compression, sample, reported }) => [compression, sample, reported]),
    [
      [0, [12, 34], 1],
      [50, [12, 34], 2],
      [80, [12, 34], 3],
    ],
  );
});
