import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChosenNetwork, chosenFinding, choosePlan, imageByImageRows } from "../../../lib/chapters/chosenNetwork";
import { pairedDifference } from "../../../lib/statistics/pairedDifference";
import { accuracies } from "../../support/madeUp";
import { frontierPoint } from "./frontierPoint";

test("the plan chosen is the proposed one nearest to twice as fast, on either side", () => {
  const slow = frontierPoint({ target: 1.5, speedup: 1.6 });
  const near = frontierPoint({ target: 2, speedup: 2.2 });
  const fast = frontierPoint({ target: 3, speedup: 2.6 });
  const others = [
    frontierPoint({ allocation: "uniform share", speedup: 2 }),
    frontierPoint({ fit: "responses", speedup: 2 }),
  ];
  assert.equal(choosePlan([...others, slow, near, fast]), near);
  assert.equal(choosePlan([fast, slow, ...others]), slow);
});

const counts = { bothRight: 7800, onlyFirst: 400, onlySecond: 200, neither: 1600 };
const [before, after] = accuracies(82, 80);
const chosen: ChosenNetwork = {
  plan: frontierPoint(),
  speedup: 1.987,
  speedupOneThread: 1.75,
  network: { nodes: [] },
  before,
  after,
  counts,
  drop: pairedDifference(counts),
  midP: 0.000123,
  agreeing: 8650,
};

test("image by image: the four counts add up to all images, and to both accuracies", () => {
  const rows = new Map(imageByImageRows(chosen).map(({ what, value }) => [what, value]));
  const count = (what: string) => Number(rows.get(what));
  const four = ["both right", "only the original right", "only the compressed right", "neither right"].map(count);
  const [both, original, compressed, neither] = four;
  assert.equal(both + original + compressed + neither, count("test images"));
  assert.equal(both + original, before.correct);
  assert.equal(both + compressed, after.correct);
  assert.match(rows.get("top-1 before") ?? "", /^82\.00 % \(81\.\d\d to 82\.\d\d\)$/);
  assert.match(rows.get("top-1 after") ?? "", /^80\.00 % \(79\.\d\d to 80\.\d\d\)$/);
  assert.match(rows.get("points lost, 95 % interval") ?? "", /^2\.00 \(1\.5\d to 2\.4\d\)$/);
  assert.equal(rows.get("McNemar's mid-p"), "0.00012");
  assert.equal(rows.get("same answer, right or not"), "86.50 %");
});

test("the finding gives both speed-ups, both accuracies and the points lost with their interval", () => {
  const finding = chosenFinding(chosen);
  assert.match(finding, /1\.99 × as fast as the original \(1\.75 × at one thread\)/);
  assert.match(finding, /80\.00 % of 10000 test images rightly instead of 82\.00 %/);
  assert.match(finding, /2\.00 points less, 95 % interval 1\.5\d to 2\.4\d/);
});
