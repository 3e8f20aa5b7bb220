import assert from "node:assert/strict";
import { test } from "node:test";
import {
  curvatureFinding,
  curvatureRows,
  type CurvatureStudy,
  curvatureStudy,
  type Ending,
  endingFinding,
  endingOf,
  endingRows,
  lossBands,
  meanAnswers,
} from "../../../lib/chapters/collapseStudy";
import { fineTune } from "../../../lib/chapters/headRuns";
import type { Chapter } from "../../../lib/chapters/open";
import { largestCurvature } from "../../../lib/training/curvature";
import { linearHeads, type Head } from "../../../lib/network/head";
import { temporaryFolder } from "../../fixtures/assets/hostile";
import { layer, matrix } from "../../support/madeUp";

/** 12 images whose feature of their class is 1. */
const oneHot = (label: number) => Array.from({ length: 10 }, (_, i) => (i === label ? 1 : 0));
const labels = Uint8Array.from({ length: 40 }, (_, i) => i % 10);
const images = { features: matrix(...Array.from(labels, oneHot)), labels };

const identity: Head = [layer(Array.from({ length: 10 }, (_, label) => oneHot(label)))];
const always = (label: number): Head => [
  layer(
    Array.from({ length: 10 }, () => new Array(10).fill(0)),
    oneHot(label),
  ),
];

/** What of a chapter a study looks at: whether and where to keep its results. */
const uncached = { fresh: true, folder: temporaryFolder() } as unknown as Chapter;

const steps = (...losses: number[]) => Float32Array.from(losses);

test("an ending tells working heads from constant and broken ones by their answers", () => {
  const run = {
    heads: [identity, always(7), identity],
    losses: [steps(2), steps(2), steps(2)],
    nonFiniteAt: [undefined, undefined, 3],
  };
  const { outcomes, answers } = endingOf(run, images);
  assert.deepEqual(outcomes, ["healthy", "constant", "non-finite"]);
  assert.deepEqual(answers[0], new Array(10).fill(4));
  assert.deepEqual(answers[1], [0, 0, 0, 0, 0, 0, 0, 40, 0, 0]);
});

const calm = steps(2.4, 2, 1.5);
const wild = steps(2.4, 9, 1.5);
const broken = steps(2.4, Number.NaN, Number.NaN);
const ending = (outcomes: Ending["outcomes"], losses: Float32Array[]): Ending => ({
  outcomes,
  answers: outcomes.map((_, seed) => [seed, 10 - seed]),
  losses,
});

test("table 4-4 counts the seeds of every outcome, and the losses that rose", () => {
  const endings = {
    base: ending(["healthy", "healthy", "healthy"], [calm, calm, calm]),
    keep50: ending(["constant", "near-constant", "healthy"], [wild, wild, calm]),
    keep20: ending(["non-finite", "constant", "constant"], [broken, calm, wild]),
  };
  const counts = endingRows(endings).map((row) => [
    row.seeds,
    row.healthy,
    row["near-constant"],
    row.constant,
    row["non-finite"],
    row["loss spiked, seeds"],
  ]);
  assert.deepEqual(counts, [
    [3, 3, 0, 0, 0, 0],
    [3, 1, 1, 1, 0, 2],
    [3, 0, 0, 2, 1, 2],
  ]);
  assert.deepEqual(
    endingRows(endings).map(({ head }) => head),
    ["base", "keep 0.5 (k = 5)", "keep 0.2 (k = 2)"],
  );
});

test("a loss has spiked beyond 1.5 × the larger of its first value and ln 10", () => {
  const spikes = (...losses: number[]) =>
    endingRows({ base: ending(["healthy"], [steps(...losses)]) })[0]["loss spiked, seeds"];
  assert.equal(spikes(3, 4.4, 1), 0);
  assert.equal(spikes(3, 4.6, 1), 1);
  assert.equal(spikes(0.1, 3.4, 1), 0, "below 1.5 × ln 10 = 3.45");
  assert.equal(spikes(0.1, 3.5, 1), 1);
  assert.equal(spikes(3, Number.POSITIVE_INFINITY), 1);
});

test("the last epoch's loss is that of its 16 batches", () => {
  const losses = steps(...new Array(32).fill(9), ...Array.from({ length: 16 }, (_, i) => i));
  const [row] = endingRows({ base: ending(["healthy"], [losses]) });
  assert.equal(row["median of the last epoch's loss"], 7.5);
});

test("the finding follows the outcomes: no collapse, or a collapse here too", () => {
  assert.match(
    endingFinding({ base: ending(["healthy", "healthy"], [calm, wild]) }),
    /None of the 2 .*In 1 of 2 trainings the loss \*spikes\*.* 1\.5 × the larger of its first value and ln 10/,
  );
  const collapsed = endingFinding({
    base: ending(["healthy", "constant"], [calm, calm]),
    keep50: ending(["non-finite"], [broken]),
  });
  assert.match(collapsed, /^2 of 3 heads end as a \(nearly\) constant answer.*happens here too/);
});

test("answers are averaged over the seeds beside the true counts", () => {
  const { "true labels": truth, base } = meanAnswers({ base: ending(["healthy", "healthy", "healthy"], []) }, labels);
  assert.deepEqual(truth, new Array(10).fill(4));
  assert.deepEqual(base, [1, 9]);
});

test("bands of the loss: quantiles over the seeds, step by step", () => {
  const losses = Array.from({ length: 41 }, (_, seed) => steps(seed, 100 - seed));
  const [{ low, middle, high }] = lossBands({ base: ending([], losses) });
  assert.deepEqual(
    [low, middle, high],
    [
      [1, 61],
      [20, 80],
      [39, 99],
    ],
  );
});

test("the study finds each start's curvature and whether its training spiked", async () => {
  const starts = { base: linearHeads(10, 10, [3, 4, 5]) };
  const run = await fineTune(starts.base, images, [1, 2, 3], 2, 0.1);
  const endings = { base: { ...endingOf(run, images), losses: [calm, wild, calm] } };
  const [study, ...more] = await curvatureStudy(uncached, images, starts, endings, 2);
  assert.equal(more.length, 0);
  assert.deepEqual([study.head, study.spiked], ["base", [false, true]]);
  study.curvatures.forEach((curvature, i) => {
    const expected = largestCurvature(starts.base[i], images, i);
    assert.equal(curvature, expected);
  });
});

const study = (head: string, curvatures: number[], spiked: boolean[]): CurvatureStudy => ({ head, curvatures, spiked });

test("table 4-5 sets curvatures against the limit 2 (1 + 0.9) / 0.1 = 38", () => {
  const [row] = curvatureRows([study("keep50", [10, 37, 39, 60], [false, true, true, false])]);
  assert.deepEqual(
    [row["smallest curvature"], row["median curvature"], row["largest curvature"], row["limit at lr 0.1"]],
    [10, 38, 60, 38],
  );
  assert.equal(row["seeds above it"], "2 of 4");
  assert.equal(row["stable lr up to"], 0.1);
  assert.equal(row["seeds astray (a spike within it, or none above it)"], 2);
  const [slow] = curvatureRows([study("keep50", [10, 37, 39, 60], [false, true, true, false])], 0.01);
  assert.equal(slow["seeds above it"], "0 of 4");
});

test("the finding says what the curvature explains and what it does not", () => {
  const explained = curvatureFinding([study("keep50", [50, 60, 10], [true, true, false])]);
  assert.match(
    explained,
    /Of 2 heads that start beyond the limit, 2 show.* ln 10\. Of 1 heads that start within it, 0 show a loss that spikes/,
  );
  assert.match(explained, / 0 of 3 heads do not follow/);
  const within = curvatureFinding([study("base", [5, 6], [true, false])]);
  assert.match(within, /^No head starts beyond the limit.* 1 of 2 heads do not follow/);
  const beyond = curvatureFinding([study("base", [50], [false])]);
  assert.match(beyond, /Of 1 heads that start beyond the limit, 0 show.* 1 of 1 heads do not follow/);
  assert.doesNotMatch(beyond, /within it/);
});
