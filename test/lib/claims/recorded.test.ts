import assert from "node:assert/strict";
import { test } from "node:test";
import { cifarClassNames } from "../../../lib/assets/officialFiles";
import { recordedLabels, recordedSpectra } from "../../../lib/claims/recorded";
import { report } from "../../../lib/claims/report";
import { fromSingularValues, rankForVariance } from "../../../lib/linalg/spectrum";

test("the recorded labels are those of 512 images of CIFAR-10's ten classes, in label order", () => {
  assert.deepEqual(Object.keys(recordedLabels.counts), cifarClassNames);
  assert.equal(recordedLabels.total, 512);
  assert.equal(
    Object.values(recordedLabels.counts).reduce((sum, count) => sum + count),
    512,
  );
});

test("the recorded spectra are of the report's layers and have its ranks for 95 % of the variance", () => {
  assert.deepEqual(Object.keys(recordedSpectra), Object.keys(report.layers));
  for (const [layer, { rows, columns, rank }] of Object.entries(report.layers))
    assert.equal(rankForVariance(fromSingularValues(rows, columns, recordedSpectra[layer]), 0.95), rank, layer);
});
