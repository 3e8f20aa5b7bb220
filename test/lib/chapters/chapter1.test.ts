import assert from "node:assert/strict";
import { test } from "node:test";
import { layerRows, pcaRows } from "../../../lib/chapters/chapter1";
import { resnet18 } from "../../../lib/network/resnet18";
import { formulaStateDict } from "../../support/formulaWeights";

const rows = layerRows(resnet18(formulaStateDict(1000), "formula"));
const all = rows[rows.length - 1];
const stages = rows.slice(0, -1);
const sum = (key: string) => stages.reduce((total, row) => total + Number(row[key]), 0);

test("no layer is missed or counted twice: the stages add up to the whole network with ten classes", () => {
  assert.equal(all.stage, "all");
  assert.equal(all.parameters, 11181642);
  assert.equal(sum("parameters"), 11181642);
  assert.ok(Math.abs(sum("million MACs") - Number(all["million MACs"])) < 0.004);
  for (const key of ["parameters %", "MACs %"]) {
    assert.ok(Math.abs(sum(key) - 100) < 0.05);
    assert.equal(all[key], 100);
  }
});

test("multiply-accumulates of a 128 × 128 image, from the shapes of the layers", () => {
  const stem = 64 * 3 * 49 * 64 * 64;
  const layer1 = 4 * 64 * 64 * 9 * 32 * 32;
  const layer2 = (128 * 64 * 9 + 3 * 128 * 128 * 9 + 128 * 64) * 16 * 16;
  // Each further stage has four times the weights on a quarter of the pixels.
  const expected = [stem, layer1, layer2, layer2, layer2, 5120];
  assert.deepEqual(
    stages.map((row) => row["million MACs"]),
    expected.map((macs) => Number((macs / 1e6).toFixed(3))),
  );
});

test("the head that the report compresses is half a per mille of the parameters", () => {
  const fc = stages.find(({ stage }) => stage === "fc");
  assert.equal(fc?.parameters, 5130);
  assert.equal(fc?.["parameters %"], 0.05);
});

test("PCA by covariance and by singular values give the same five variances, descending", () => {
  const components = pcaRows();
  assert.equal(components.length, 5);
  for (const { eigenvalue, "σ² / (n − 1)": fromSigma } of components)
    assert.ok(Math.abs(eigenvalue - fromSigma) < 2e-6, `${eigenvalue} and ${fromSigma}`);
  // Columns of standard deviation 1 … 5: variances 1 … 25 up to what 200 rows let them scatter.
  components.forEach(({ eigenvalue }, i) => {
    assert.ok(eigenvalue > 0.6 * (5 - i) ** 2 && eigenvalue < 1.6 * (5 - i) ** 2);
  });
});
