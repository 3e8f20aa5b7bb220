import assert from "node:assert/strict";
import { test } from "node:test";
import { spectrumOf, truncationError } from "../../../lib/linalg/spectrum";
import { weightMatrix } from "../../../lib/linalg/matrix";
import { svd } from "../../../lib/linalg/svd";
import { inputUnfolding } from "../../../lib/network/inputSplit";
import { tucker2 } from "../../../lib/network/tucker2";
import { kernelOf, randomConv, relativeDistance, testFactorization } from "../../support/factorization";

const planted: [number, number] = [2, 4];

testFactorization({
  name: "Tucker-2",
  factorize: tucker2,
  shapes: ({ weight: { shape } }, [rIn, rOut]) => [
    [rIn, shape[1], 1, 1],
    [rOut, rIn, ...shape.slice(2)],
    [shape[0], rOut, 1, 1],
  ],
  fullRank: ({ weight: { shape, data } }): [number, number] => [
    Math.min(shape[1], data.length / shape[1]),
    Math.min(shape[0], data.length / shape[0]),
  ],
  ascending: [[1, 1], [1, 4], planted, [4, 4], [4, 7], [6, 7]],
  planted,
  wrong: [
    [0, 4],
    [7, 4],
    [3, 0],
    [3, 9],
    [1.5, 4],
    [3, Number.NaN],
  ],
});

test("the squared error is at least either truncation's and at most both together (De Lathauwer et al. 2000)", async () => {
  const conv = randomConv([8, 6, 3, 3]);
  const unfoldings = { input: inputUnfolding(conv.weight), output: weightMatrix(conv.weight) };
  const decompositions = { input: svd(unfoldings.input), output: svd(unfoldings.output) };
  for (const ranks of [
    [1, 1],
    [3, 4],
    [6, 2],
    [5, 8],
  ] as [number, number][]) {
    const kernel = await kernelOf(tucker2(conv, ranks, decompositions), conv.weight.shape);
    const squared = relativeDistance(conv.weight, kernel) ** 2;
    const parts = [unfoldings.input, unfoldings.output].map((m, i) => truncationError(spectrumOf(m), ranks[i]) ** 2);
    assert(squared >= Math.max(...parts) - 1e-6, `${squared}, ${parts}`);
    assert(squared <= parts[0] + parts[1] + 1e-6, `${squared}, ${parts}`);
  }
});
