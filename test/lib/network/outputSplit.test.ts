import assert from "node:assert/strict";
import { test } from "node:test";
import { spectrumOf, truncationError } from "../../../lib/linalg/spectrum";
import { weightMatrix } from "../../../lib/linalg/matrix";
import { svd } from "../../../lib/linalg/svd";
import { outputSplit, outputSplitOf } from "../../../lib/network/outputSplit";
import { tensor } from "../../../lib/core/tensor";
import { kernelOf, randomConv, relativeDistance, testFactorization } from "../../support/factorization";

testFactorization({
  name: "output split",
  factorize: outputSplit,
  shapes: ({ weight: { shape } }, rank) => [
    [rank, ...shape.slice(1)],
    [shape[0], rank, 1, 1],
  ],
  fullRank: ({ weight: { shape, data } }) => Math.min(shape[0], data.length / shape[0]),
  ascending: [1, 2, 3, 5, 7],
  planted: 3,
  wrong: [0, 9, 1.5, Number.NaN],
});

test("the output split misses the weight by what its spectrum says (Eckart & Young)", async () => {
  const conv = randomConv([8, 6, 3, 3]);
  const matrix = weightMatrix(conv.weight);
  const decomposition = svd(matrix);
  for (const rank of [1, 3, 7]) {
    const kernel = await kernelOf(outputSplit(conv, rank, decomposition), conv.weight.shape);
    const error = relativeDistance(conv.weight, kernel);
    assert(Math.abs(error - truncationError(spectrumOf(matrix), rank)) < 1e-6);
  }
});

test("given factors keep their numbers; a bias given takes the convolution's place", () => {
  const conv = randomConv([8, 6, 3, 3], [2, 2], [1, 1], true);
  const [first, second] = [randomConv([4, 6, 3, 3]).weight, tensor([8, 4], randomConv([8, 4, 1, 1]).weight.data)];
  const bias = tensor([8], new Float32Array(8).fill(3));
  const pair = outputSplitOf(conv, first, second, bias);
  assert.deepEqual([pair[0].weight, pair[1].weight.data, pair[1].bias], [first, second.data, bias]);
  assert.deepEqual([pair[0].bias, pair[0].stride, pair[1].stride], [undefined, [2, 2], [1, 1]]);
  assert.deepEqual(outputSplitOf(conv, first, second)[1].bias, conv.bias);
});
