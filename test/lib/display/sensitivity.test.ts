import assert from "node:assert/strict";
import { test } from "node:test";
import type { GuideScore, Outcome } from "../../../lib/claims/chapter5";
import { guideComparison, lossAgainstConditionNumber } from "../../../lib/display/sensitivity";

const score = (guide: string, share: number, outcome: Outcome, rho: number): GuideScore => ({
  guide,
  share,
  outcome,
  layers: 21,
  rho,
  low: rho - 0.25,
  high: rho + 0.125,
});

test("figure 5-3 has a series for each outcome and share, guides in their rows, intervals around ρ", () => {
  const { data, layout, description } = guideComparison("weights: demo", [
    score("a", 0.5, "top-1 loss", 0.5),
    score("b", 0.5, "top-1 loss", -0.5),
    score("a", 0.5, "output error", 0.25),
    score("b", 0.5, "output error", 0),
  ]);
  const traces = data as { x: number[]; y: number[]; error_x: { array: number[]; arrayminus: number[] } }[];
  assert.equal(traces.length, 2);
  assert.deepEqual(traces[0].x, [0.5, -0.5]);
  for (const { y } of traces) assert(y.every((row, guide) => Math.abs(row - guide) < 0.5));
  assert.deepEqual(
    [traces[0].error_x.array, traces[0].error_x.arrayminus],
    [
      [0.125, 0.125],
      [0.25, 0.25],
    ],
  );
  assert.deepEqual(layout.yaxis?.ticktext, ["a", "b"]);
  assert.match(description, /a and top-1 loss at share 0\.5: 0\.50 \(0\.25 to 0\.63\)/);
});

test("figure 5-4 names the costliest layers only, all of them on hovering", () => {
  const point = (layer: string, pointsLost: number) => ({
    layer,
    share: 0.5,
    conditionNumber: pointsLost + 2,
    pointsLost,
  });
  const { data, description } = lossAgainstConditionNumber("weights: demo", [
    point("x", 1),
    point("y", 30),
    point("z", 8),
  ]);
  const [{ text, hovertext, textposition }] = data as { text: string[]; hovertext: string[]; textposition: string[] }[];
  assert.deepEqual(text, ["", "y", "z"]);
  assert.deepEqual(hovertext, ["x", "y", "z"]);
  assert.deepEqual(textposition, ["middle right", "middle left", "middle right"]);
  const alone = lossAgainstConditionNumber("weights: demo", [point("x", 1), point("y", 30), point("z", 2)]);
  assert.deepEqual((alone.data as { text: string[] }[])[0].text, ["", "y", ""]);
  assert.match(description, /y, condition number 32\.0, costs most: 30\.00 points/);
});
