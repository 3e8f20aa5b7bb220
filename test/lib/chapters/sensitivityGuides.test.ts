import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompressedLayer } from "../../../lib/chapters/sensitivity";
import { guides, pointsLost, scoreGuides } from "../../../lib/chapters/sensitivityGuides";
import { fromSingularValues } from "../../../lib/linalg/spectrum";
import type { Accuracy } from "../../../lib/training/evaluate";

const accuracy = (correct: number): Accuracy => ({ correct, total: 100, share: correct / 100, low: 0, high: 1 });

/** Layers whose condition numbers are 2, 3, 4, …; what they cost is given. */
function layersCosting(points: number[]): CompressedLayer[] {
  return points.map((cost, i) => ({
    layer: `layer${i}`,
    spectrum: fromSingularValues(2, 3, Float64Array.of(i + 2, 1)),
    trials: [
      {
        share: 0.5,
        rank: 1,
        energyKept: 0.5 + 0.01 * i,
        responseEnergyKept: 1 - cost / 100,
        accuracy: accuracy(90 - cost),
        outputError: cost / 50,
      },
    ],
  }));
}

const rhoOf = (layers: CompressedLayer[], guide: string, outcome: string) =>
  scoreGuides(layers, accuracy(90)).find((score) => score.guide === guide && score.outcome === outcome)!;

test("a guide whose small values go with small costs has ρ = 1, one that promises the opposite −1", () => {
  const rising = layersCosting([0, 1, 2, 5, 9, 30]);
  for (const outcome of ["top-1 loss", "output error"]) {
    assert.equal(rhoOf(rising, "condition number", outcome).rho, 1);
    assert.equal(rhoOf(rising, "response energy lost", outcome).rho, 1);
    assert.equal(rhoOf(rising, "energy lost", outcome).rho, -1);
    assert.equal(rhoOf(rising, "stable rank / r", outcome).rho, -1);
  }
  assert.equal(rhoOf(layersCosting([30, 9, 5, 2, 1, 0]), "condition number", "top-1 loss").rho, -1);
});

test("the interval holds ρ, is the same each time, and wide where the ranking is loose", () => {
  const loose = layersCosting([3, 0, 9, 2, 7, 4, 8, 1]);
  const score = rhoOf(loose, "condition number", "top-1 loss");
  assert(score.low < score.rho && score.rho < score.high && score.high - score.low > 0.5);
  assert.deepEqual(rhoOf(loose, "condition number", "top-1 loss"), score);
});

test("where every layer costs the same there is no ranking to agree with", () => {
  const { rho, low, high } = rhoOf(layersCosting([4, 4, 4, 4]), "condition number", "top-1 loss");
  assert.deepEqual([rho, low, high], [0, 0, 0]);
});

test("every guide is scored for every share and outcome; points lost count from the uncompressed network", () => {
  const layers = layersCosting([1, 2, 3]);
  assert.equal(scoreGuides(layers, accuracy(90)).length, guides.length * 2);
  assert.equal(pointsLost(accuracy(90), layers[2].trials[0]).toFixed(6), "3.000000");
});
