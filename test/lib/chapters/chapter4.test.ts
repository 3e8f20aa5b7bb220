import assert from "node:assert/strict";
import { test } from "node:test";
import { recoveryFinding, table41, timingFinding } from "../../../lib/chapters/chapter4";
import type { Network } from "../../../lib/network/network";
import { accuracies, layer, matrix, timing } from "../../support/madeUp";

const times = (base: number, keep50: number, keep20: number) => ({
  base: timing(base),
  keep50: timing(keep50),
  keep20: timing(keep20),
});

test("the timing's finding can agree with the report and can disagree", () => {
  assert.match(timingFinding(times(100, 103, 98)), /1\.030 × and 0\.980 × .*leaves the latency as it was/);
  assert.match(timingFinding(times(100, 106, 100)), /changed by more than 5 %, unlike in the report/);
  assert.match(timingFinding(times(100, 100, 60)), /1\.000 × and 0\.600 × .*unlike/);
  const busy = { ...times(100, 100, 100), keep20: { ...timing(100), spread: 30 } };
  assert.match(timingFinding(busy), /1\.000 × and 1\.000 × .*too busy to tell.* up to 30 %/);
});

const network: Network = {
  nodes: [
    { kind: "globalAveragePool", name: "avgpool", input: "image" },
    { kind: "linear", name: "fc", input: "avgpool", ...layer([[1, 1]]) },
  ],
};
const plain = [
  layer(
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    [0, 0, 0],
  ),
];
const factorized = [layer([[1, 0]]), layer([[1], [0], [1]], [0, 0, 0])];

test("table 4-1 has each model's parameters, accuracies and times beside the report's", () => {
  const sample = { base: accuracies(50, 52), keep50: accuracies(40, 44), keep20: accuracies(20, 30) };
  const rows = table41(network, { base: plain, keep50: factorized, keep20: factorized }, sample, times(7, 8, 9));
  assert.deepEqual(
    rows.map((row) => [row.model, row.parameters, row["mean ms"], row["median of 2 seeds (central 95 %)"]]),
    [
      ["base", 9, "7.00", "51.00 % (50.05 to 51.95)"],
      ["keep 0.5 (k = 5)", 8, "8.00", "42.00 % (40.10 to 43.90)"],
      ["keep 0.2 (k = 2)", 8, "9.00", "25.00 % (20.25 to 29.75)"],
    ],
  );
});

test("the finding says whether recovery rises or falls, and how many seeds end near chance", () => {
  const test = { features: matrix([1, 0], [0, 1]), labels: Uint8Array.of(0, 0) };
  // The cut heads answer class 0 for the first image, and for both equal logits: 100 %; or 50 %.
  const cut = {
    keep50: [
      [
        layer([
          [1, 0],
          [0, 0],
        ]),
      ],
    ],
    keep20: [
      [
        layer([
          [1, 0],
          [0, 1],
        ]),
      ],
    ],
  };
  const text = recoveryFinding(cut, { base: accuracies(60), keep50: accuracies(40), keep20: accuracies(70, 14) }, test);
  assert.match(text, /\(k = 5\) falls from 100\.00 % to 40\.00 % on average, beside 60\.00 %.*; 0 of 1 seeds/);
  const better = recoveryFinding(
    cut,
    { base: accuracies(60), keep50: accuracies(40), keep20: accuracies(99, 14) },
    test,
  );
  assert.match(better, /\(k = 2\) rises from 50\.00 % to 56\.50 % on average.*; 1 of 2 seeds end near chance/);
});
