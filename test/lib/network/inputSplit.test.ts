import assert from "node:assert/strict";
import { test } from "node:test";
import { spectrumOf, truncationError } from "../../../lib/linalg/spectrum";
import { svd } from "../../../lib/linalg/svd";
import { inputSplit, inputUnfolding } from "../../../lib/network/inputSplit";
import { tensor } from "../../../lib/core/tensor";
import { kernelOf, randomConv, relativeDistance, testFactorization } from "../../support/factorization";

testFactorization({
  name: "input split",
  factorize: inputSplit,
  shapes: ({ weight: { shape } }, rank) => [
    [rank, shape[1], 1, 1],
    [shape[0], rank, ...shape.slice(2)],
  ],
  fullRank: ({ weight: { shape, data } }) => Math.min(shape[1], data.length / shape[1]),
  ascending: [1, 2, 3, 5],
  planted: 3,
  wrong: [0, 7, 1.5, Number.NaN],
});

test("the unfolding has a row for each input, and its columns in the weight's order", () => {
  const unfolding = inputUnfolding(tensor([2, 2, 1, 2], Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7)));
  assert.deepEqual(unfolding.to2DArray(), [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ]);
});

test("the input split misses the weight by what its spectrum says (Eckart & Young)", async () => {
  const conv = randomConv([8, 6, 3, 3]);
  const unfolding = inputUnfolding(conv.weight);
  const decomposition = svd(unfolding);
  for (const rank of [1, 3, 5]) {
    const kernel = await kernelOf(inputSplit(conv, rank, decomposition), conv.weight.shape);
    const error = relativeDistance(conv.weight, kernel);
    assert(Math.abs(error - truncationError(spectrumOf(unfolding), rank)) < 1e-6);
  }
});
