import assert from "node:assert/strict";
import { test } from "node:test";
import {
  accuracySamples,
  accuracyText,
  checkHeadInNetwork,
  costOfTheCut,
  headsEvidence,
  perHead,
  seedText,
  table31,
} from "../../../lib/chapters/chapter3";
import { compressHeads } from "../../../lib/chapters/headRuns";
import type { Chapter } from "../../../lib/chapters/open";
import { wilsonInterval } from "../../../lib/statistics/proportion";
import { resnet18 } from "../../../lib/network/resnet18";
import { tensor } from "../../../lib/core/tensor";
import { logitsOf } from "../../../lib/training/evaluate";
import { linearHeads } from "../../../lib/network/head";
import { randomImages } from "../../support/countingEngine";
import { formulaStateDict } from "../../support/formulaWeights";
import { accuracies, layer, matrix } from "../../support/madeUp";

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

test("the three heads' parameters in the whole network are the report's, their accuracies one a seed", () => {
  const network = resnet18(formulaStateDict(1000), "formula");
  const base = [0, 1].map((seed) => linearHeads(512, 10, [seed])[0]);
  const heads = { base, keep50: compressHeads(base, 0.5), keep20: compressHeads(base, 0.2) };
  const images = { features: tensor([6, 512]), labels: Uint8Array.of(0, 1, 2, 3, 4, 5) };
  const evidence = headsEvidence(network, images, heads);
  assert.deepEqual(evidence.parameters, { base: 11181642, keep50: 11179132, keep20: 11177566 });
  assert.ok(Object.values(evidence.accuracies).every((sample) => sample.length === 2 && sample[0].total === 6));
  const rows = table31(evidence);
  assert.deepEqual(
    rows.map((row) => [row.model, row.parameters, row["report's table 3-1"]]),
    [
      ["base", 11181642, "50.78 % (260/512)"],
      ["keep 0.5 (k = 5)", 11179132, "36.72 % (188/512)"],
      ["keep 0.2 (k = 2)", 11177566, "17.58 % (90/512)"],
    ],
  );
  assert.ok(rows.every((row) => "median of 2 seeds (central 95 %)" in row));
});

test("the cost of the cut is what the means say, a gain included, and the saving what the parameters say", () => {
  const parameters = { base: 2000000, keep50: 1998900, keep20: 1990000 };
  const cost = (base: number[], keep50: number[], keep20: number[]) =>
    costOfTheCut({
      parameters,
      accuracies: { base: accuracies(...base), keep50: accuracies(...keep50), keep20: accuracies(...keep20) },
    });
  const loses = cost([50, 52], [40, 40], [20, 22]);
  assert.match(
    loses,
    /Over 2 seeds the base head reaches 51\.00 %.*rank 5 costs 11\.00 points.*rank 2 costs 30\.00 points/,
  );
  assert.match(loses, /Of 2,000,000 parameters the cuts save 1,100 and 10,000\.$/);
  const gains = cost([50], [53.5], [50]);
  assert.match(gains, /rank 5 gains 3\.50 points, the cut to rank 2 costs 0\.00 points/);
});

test("figures get the accuracies in per cent beside the report's", () => {
  const samples = accuracySamples(
    perHead(() => accuracies(12, 34)),
    { base: 1, keep50: 2, keep20: 3 },
  );
  assert.deepEqual(
    samples.map(({ compression, sample, reported }) => [compression, sample, reported]),
    [
      [0, [12, 34], 1],
      [50, [12, 34], 2],
      [80, [12, 34], 3],
    ],
  );
});

/** A chapter of a network with two features, whose engine answers with the head's logits, all off by `gap`. */
function chapterOff(gap: number, features = matrix(...Array.from({ length: 64 }, (_, i) => [i, 1]))) {
  const head = [
    layer([
      [0.5, 1],
      [0, 2],
    ]),
  ];
  const logits = logitsOf(head, features);
  logits.data.forEach((value, i) => {
    logits.data[i] = value + gap;
  });
  const session = { run: async () => logits, close: async () => {} };
  const chapter = {
    network: {
      nodes: [
        { kind: "globalAveragePool", name: "avgpool", input: "image" },
        { kind: "linear", name: "fc", input: "avgpool", ...layer([[1, 1]]) },
      ],
    },
    engine: { open: async () => session },
    assets: { images: { test: randomImages(64) } },
  } as unknown as Chapter;
  const test = { features, labels: new Uint8Array(64) };
  return checkHeadInNetwork(chapter, { train: test, test }, head);
}

test("the head in the network must give the cached features' logits", async () => {
  assert.match(await chapterOff(0), /^Yes: over 64 images/);
  assert.match(await chapterOff(0.0005), /^Yes/);
  await assert.rejects(chapterOff(0.01), /logits differ from the head's by 0\.01/);
  await assert.rejects(chapterOff(Number.NaN), /differ/);
});
