import assert from "node:assert/strict";
import { test } from "node:test";
import { cifarClassNames } from "../../../lib/assets/officialFiles";
import { recorded } from "../../../lib/claims/recorded";
import { report } from "../../../lib/claims/report";
import { fromSingularValues, rankForVariance } from "../../../lib/linalg/spectrum";

test("the recorded labels are those of 512 images of CIFAR-10's ten classes, in label order", () => {
  assert.deepEqual(Object.keys(recorded.labels.counts), cifarClassNames);
  assert.equal(recorded.labels.total, 512);
  assert.equal(
    Object.values(recorded.labels.counts).reduce((sum, count) => sum + count),
    512,
  );
});

test("the recorded spectra are of the report's layers and have its ranks for 95 % of the variance", () => {
  assert.deepEqual(Object.keys(recorded.spectra), Object.keys(report.layers));
  for (const [layer, { rows, columns, rank }] of Object.entries(report.layers))
    assert.equal(rankForVariance(fromSingularValues(rows, columns, recorded.spectra[layer]), 0.95), rank, layer);
});
