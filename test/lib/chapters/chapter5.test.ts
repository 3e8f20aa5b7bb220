import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assetNote,
  compressionRows,
  fcOrMiddle,
  guideFinding,
  guideRows,
  layerPoints,
  layerSpectraRows,
} from "../../../lib/chapters/chapter5";
import type { CompressedLayer } from "../../../lib/chapters/sensitivity";
import type { GuideScore } from "../../../lib/claims/chapter5";
import { fromSingularValues } from "../../../lib/linalg/spectrum";
import type { Accuracy } from "../../../lib/training/evaluate";

const accuracy = (correct: number): Accuracy => ({ correct, total: 200, share: correct / 200, low: 0, high: 1 });
const layer: CompressedLayer = {
  layer: "layer1.0.conv1",
  spectrum: fromSingularValues(2, 3, Float64Array.of(4, 2)),
  trials: [
    { share: 0.5, rank: 2, energyKept: 0.9, responseEnergyKept: 0.95, accuracy: accuracy(170), outputError: 0.1 },
    { share: 0.25, rank: 1, energyKept: 0.8, responseEnergyKept: 0.7, accuracy: accuracy(181), outputError: 0.4 },
  ],
};

test("the tables hold each layer's spectrum and what its compression costs", () => {
  assert.deepEqual(layerSpectraRows([layer]), [
    {
      layer: "layer1.0.conv1",
      matrix: "2 × 3",
      "σ₁ / σᵣ": 2,
      "stable rank / r": "0.625",
      "effective rank / r": "0.945",
      "k95 / r": "1.000",
    },
  ]);
  const [row] = compressionRows([layer], accuracy(180)) as Record<string, unknown>[];
  assert.equal(Object.keys(row).length, 11);
  assert.deepEqual([row["points lost, share 0.5"], row["points lost, share 0.25"]], ["5.00", "-0.50"]);
  assert.deepEqual([row["rank, share 0.25"], row["response kept %, share 0.25"]], [1, "70.0"]);
  assert.deepEqual(
    layerPoints([layer], accuracy(180)).map(({ share, conditionNumber, pointsLost }) => [
      share,
      conditionNumber,
      Number(pointsLost.toFixed(6)),
    ]),
    [
      [0.5, 2, 5],
      [0.25, 2, -0.5],
    ],
  );
});

const score = (guide: string, low: number, high: number, share = 0.5): GuideScore => ({
  guide,
  share,
  outcome: "top-1 loss",
  layers: 21,
  rho: (low + high) / 2,
  low,
  high,
});

test("the finding follows the intervals, whichever way they lie", () => {
  const other = score("k95 / r", 0.2, 0.4);
  const finding = (low: number, high: number) => guideFinding([score("condition number", low, high), other]);
  assert.match(
    finding(0.1, 0.3),
    /on these weights .* goes with a small loss, as the report says\. The k95 \/ r ranks them best/,
  );
  assert.match(finding(-0.5, -0.1), /the opposite of the report's advice/);
  assert.match(finding(-0.5, 0.1), /does not tell which layers compress well/);
  const mixed = guideFinding([score("condition number", -0.5, -0.1), score("condition number", -0.5, 0.1, 0.25)]);
  assert.match(mixed, /at share 0\.5 .* \*\*large\*\* loss, .*, at share 0\.25 the condition number does not tell/);
  assert.match(finding(0.5, 0.9), /No other guide compared ranks the layers better/);
});

test("table 5-7 has a row a guide and a column an outcome and share", () => {
  const rows = guideRows([score("a", 0, 1), score("b", 0, 0.5), score("a", -1, 0, 0.25)]);
  assert.deepEqual(rows[0], {
    guide: "a",
    "top-1 loss, share 0.5": "0.50 (0.00 to 1.00)",
    "top-1 loss, share 0.25": "-0.50 (-1.00 to 0.00)",
  });
  assert.equal(rows.length, 2);
});

test("the reader's note on the weights is shown as given, its absence said", () => {
  assert.match(assetNote("layers 3 and 4 are not official"), /layers 3 and 4 are not official/);
  assert.match(assetNote(), /No note/);
});

test("fc is called the better or the worse candidate as the points say", () => {
  const costing = (name: string, correct: number): CompressedLayer => ({
    ...layer,
    layer: name,
    trials: layer.trials.map((trial) => ({ ...trial, accuracy: accuracy(correct) })),
  });
  const answer = (middle: number, fc: number) =>
    fcOrMiddle([costing("layer2.0.conv1", middle), costing("fc", fc)], accuracy(180));
  assert.match(
    answer(160, 170),
    /share 0\.5 the head costs 5\.00 points and layer2\.0\.conv1 10\.00: fc is the better/,
  );
  assert.match(answer(170, 160), /share 0\.25 .* fc is the worse candidate\./);
  assert.match(answer(170, 170), /both cost the same/);
});
