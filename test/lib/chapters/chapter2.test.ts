import assert from "node:assert/strict";
import { test } from "node:test";
import {
  layerMatrix,
  recordedSpectra,
  spectrumRows,
  truncationRows,
  whichLayerCompresses,
} from "../../../lib/chapters/chapter2";
import { fromSingularValues } from "../../../lib/linalg/spectrum";
import type { Network } from "../../../lib/network/network";
import { tensor } from "../../../lib/core/tensor";

const official = recordedSpectra();
const ten = (...values: number[]) => fromSingularValues(10, 20, [...values, ...new Array(10 - values.length).fill(0)]);

test("table 2-1: the layers in use, then the official ones with the report's k95", () => {
  const rows = spectrumRows(ten(3, 4e-9), ten(...new Array(10).fill(2)), official);
  assert.deepEqual(
    rows.map((row) => [row.layer, row.matrix, row["singular values"], row.k95, row["share %"]]),
    [
      ["layer2.0.conv1", "10 × 20", 10, 1, 10],
      ["fc", "10 × 20", 10, 10, 100],
      ["layer2.0.conv1, official, recorded", "128 × 576", 128, 94, 73.44],
      ["fc, official, recorded", "1000 × 512", 512, 291, 56.84],
    ],
  );
  assert.deepEqual([rows[0]["σ₁ / σᵣ"], rows[1]["σ₁ / σᵣ"]], [Number.POSITIVE_INFINITY, 1]);
  assert.deepEqual([rows[0]["stable rank"], rows[1]["stable rank"]], [1, 10]);
});

test("table 2-2: what is left out when a share of equal components is kept is √(1 − share)", () => {
  const flat = ten(...new Array(10).fill(2));
  for (const row of truncationRows(flat, ten(1))) {
    assert.equal(row["layer2.0.conv1"], Number(Math.sqrt(1 - row["kept %"] / 100).toFixed(4)));
    assert.equal(row.fc, 0, "one component is all");
  }
});

test("the finding depends on the spectra: the report's reading, and the opposite", () => {
  const reading = whichLayerCompresses(official.middle, official.final);
  assert.match(
    reading,
    /takes 73\.44 % of the middle layer's components and 56\.84 % of the final.* as the report says/,
  );
  const opposite = whichLayerCompresses(official.final, official.middle);
  assert.match(opposite, /is \*\*not\*\* the better candidate/);
});

const network: Network = {
  nodes: [
    {
      kind: "conv",
      name: "conv1",
      input: "image",
      weight: tensor(
        [2, 3, 1, 2],
        Float32Array.from({ length: 12 }, (_, i) => i),
      ),
      stride: [1, 1],
      padding: [0, 0],
    },
    { kind: "relu", name: "relu", input: "conv1" },
  ],
};

test("a layer's matrix has a row an output; a node without weights is refused", () => {
  assert.deepEqual(layerMatrix(network, "conv1").to2DArray(), [
    [0, 1, 2, 3, 4, 5],
    [6, 7, 8, 9, 10, 11],
  ]);
  assert.throws(() => layerMatrix(network, "relu"), /relu is a relu: it has no weight/);
});
