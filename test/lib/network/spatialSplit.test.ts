import assert from "node:assert/strict";
import { test } from "node:test";
import { spectrumOf, truncationError } from "../../../lib/linalg/spectrum";
import { svd } from "../../../lib/linalg/svd";
import { spatialSplit, spatialUnfolding } from "../../../lib/network/spatialSplit";
import { tensor } from "../../../lib/core/tensor";
import { kernelOf, randomConv, relativeDistance, testFactorization } from "../../support/factorization";

testFactorization({
  name: "spatial split",
  factorize: spatialSplit,
  shapes: ({ weight: { shape } }, rank) => [
    [rank, shape[1], shape[2], 1],
    [shape[0], rank, 1, shape[3]],
  ],
  fullRank: ({ weight: { shape } }) => Math.min(shape[1] * shape[2], shape[0] * shape[3]),
  ascending: [1, 2, 4, 8, 13, 17],
  planted: 4,
  wrong: [0, 19, 1.5, Number.NaN],
});

test("the unfolding has a row for each input and height, and a column for each output and width", () => {
  const unfolding = spatialUnfolding(tensor([2, 1, 2, 2], Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7)));
  assert.deepEqual(unfolding.to2DArray(), [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ]);
});

test("stride and padding go to the part of their direction", () => {
  const [column, row] = spatialSplit(randomConv([4, 3, 3, 5], [2, 3], [1, 2]), 2);
  assert.deepEqual(
    [column.stride, column.padding, row.stride, row.padding],
    [
      [2, 1],
      [1, 0],
      [1, 3],
      [0, 2],
    ],
  );
});

test("the spatial split misses the weight by what its spectrum says (Eckart & Young)", async () => {
  const conv = randomConv([8, 6, 3, 3]);
  const unfolding = spatialUnfolding(conv.weight);
  const decomposition = svd(unfolding);
  for (const rank of [1, 6, 17]) {
    const kernel = await kernelOf(spatialSplit(conv, rank, decomposition), conv.weight.shape);
    const error = relativeDistance(conv.weight, kernel);
    assert(Math.abs(error - truncationError(spectrumOf(unfolding), rank)) < 1e-6);
  }
});
