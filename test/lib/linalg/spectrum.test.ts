import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Matrix } from "ml-matrix";
import { readCheckpoint } from "../../../lib/assets/checkpoint/checkpoint";
import { UserError } from "../../../lib/core/errors";
import * as spectra from "../../../lib/linalg/spectrum";
import { weightMatrix } from "../../../lib/linalg/matrix";
import { svd } from "../../../lib/linalg/svd";
import { tensor } from "../../../lib/core/tensor";
import { formulaMatrices } from "../../support/formulaMatrices";

const { fromSingularValues, rankForVariance } = spectra;
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

test("a convolution's weight becomes (out, in · height · width), row by row", () => {
  const weight = tensor(
    [2, 3, 2, 2],
    Float32Array.from({ length: 24 }, (_, i) => i),
  );
  const matrix = weightMatrix(weight);
  assert.deepEqual([matrix.rows, matrix.columns], [2, 12]);
  assert.deepEqual(matrix.getRow(1), [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  assert.throws(() => weightMatrix(tensor([4])), UserError);
});

test("explained variance is σ² over its sum, the last cumulative share exactly 1", () => {
  const { explained, cumulative } = fromSingularValues(3, 5, [3, 2, 1]);
  for (const [i, square] of [9, 4, 1].entries()) near(explained[i], square / 14);
  near(cumulative[1], 13 / 14);
  assert.equal(fromSingularValues(1000, 512, Array(512).fill(0.1)).cumulative[511], 1);
});

test("singular values near the ends of the number range", () => {
  for (const scale of [1e-300, 1e300]) {
    assert.deepEqual(
      fromSingularValues(2, 2, [4 * scale, 3 * scale]).explained,
      fromSingularValues(2, 2, [4, 3]).explained,
    );
  }
});

describe("k for a share of the variance", () => {
  const flat = fromSingularValues(10, 10, Array(10).fill(0.1));
  test("ten equal values: k tenths need k components, whatever rounding does to the sums", () => {
    for (let k = 1; k <= 10; k++) assert.equal(rankForVariance(flat, k / 10), k);
  });
  test("just above a share the next component is needed", () => {
    assert.equal(rankForVariance(flat, 0.3 + 1e-9), 4);
    assert.equal(rankForVariance(flat, 1e-9), 1);
  });
  test("all of the variance of a matrix of rank 3 takes 3 components", () => {
    assert.equal(rankForVariance(fromSingularValues(5, 5, [3, 2, 1, 0, 0]), 1), 3);
  });
  test("zeros", () => assert.equal(rankForVariance(fromSingularValues(2, 2, [0, 0]), 0.95), 1));
  test("shares outside (0, 1]", () => {
    for (const threshold of [0, -0.1, 1.0001, 95, Number.NaN])
      assert.throws(() => rankForVariance(flat, threshold), UserError);
  });
});

test("condition number, stable rank and effective rank", () => {
  const flat = fromSingularValues(4, 9, [2, 2, 2, 2]);
  const single = fromSingularValues(4, 9, [5, 0, 0, 0]);
  const zero = fromSingularValues(2, 2, [0, 0]);
  assert.deepEqual([flat, single, zero].map(spectra.conditionNumber), [1, Infinity, Infinity]);
  assert.deepEqual([flat, single, zero].map(spectra.stableRank), [4, 1, 0]);
  near(spectra.effectiveRank(flat), 4);
  assert.deepEqual([single, zero].map(spectra.effectiveRank), [1, 0]);
  // exp(−¾ ln ¾ − ¼ ln ¼)
  near(spectra.effectiveRank(fromSingularValues(2, 2, [3, 1])), 1.7547653506033232);
});

test("the truncation error is that of the truncated product", () => {
  const matrix = formulaMatrices.wide();
  const spectrum = spectra.spectrumOf(matrix);
  const { u, s, v } = svd(matrix);
  for (const k of [0, 1, 20, 36, 37]) {
    const kept = Matrix.diag(s.map((sigma, i) => (i < k ? sigma : 0)));
    const rest = Matrix.sub(matrix, u.mmul(kept).mmul(v.transpose()));
    assert.ok(Math.abs(spectra.truncationError(spectrum, k) - rest.norm() / matrix.norm()) < 1e-10);
  }
  assert.equal(spectra.truncationError(spectrum, 37), 0);
  for (const k of [-1, 38, 1.5, Number.NaN]) assert.throws(() => spectra.truncationError(spectrum, k), UserError);
});

test("what cannot be singular values of such a matrix", () => {
  for (const values of [[1], [1, 2], [1, -1], [Number.NaN, 1], [1, Number.NaN], [Infinity, 1]]) {
    assert.throws(() => fromSingularValues(2, 3, values), UserError);
  }
});

const assets = process.env.LOW_RANK_ASSETS;
test("the report's k95 and all 21 matrices of ResNet-18 within 60 s", {
  skip: assets ? false : "LOW_RANK_ASSETS is not set",
}, async () => {
  const { stateDict } = await readCheckpoint(join(assets!, "resnet18-surrogate.pth"));
  const before = process.cpuUsage();
  const weights = [...stateDict].filter(([, { shape }]) => shape.length > 1);
  const k95 = new Map(
    weights.map(([name, weight]) => [name, rankForVariance(spectra.spectrumOf(weightMatrix(weight)), 0.95)]),
  );
  const seconds = process.cpuUsage(before).user / 1e6;
  assert.equal(k95.size, 21);
  assert.equal(k95.get("layer2.0.conv1.weight"), 94);
  assert.equal(k95.get("fc.weight"), 291);
  assert.ok(seconds <= 60, `${seconds} s`);
});
