import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Matrix } from "ml-matrix";
import { UserError } from "../../../lib/core/errors";
import { definiteInverse } from "../../../lib/linalg/inverse";
import { timesTransposed, withAddedDiagonal } from "../../../lib/linalg/matrix";
import { Random } from "../../../lib/core/random";
import { normalMatrix } from "../../support/matrices";

const product = async (a: Matrix, b: Matrix) => timesTransposed(a, b);

/** X Xᵀ + share · I. */
function definite(n: number, samples: number, share: number): Matrix {
  const rows = normalMatrix(new Random(n), n, samples);
  return withAddedDiagonal(timesTransposed(rows, rows), share * samples);
}

describe("times the matrix it is the identity", () => {
  // Around the side up to which no blocks are made, odd sides, and fewer samples than rows.
  for (const [n, samples, share] of [
    [1, 4, 0],
    [5, 20, 0],
    [64, 200, 0],
    [65, 200, 0],
    [131, 20, 1e-3],
    [200, 400, 1e-5],
  ])
    test(`${n} rows`, async () => {
      const a = definite(n, samples, share);
      const before = a.clone();
      const inverse = await definiteInverse(a, product);
      const error = (actual: Matrix, expected: Matrix) => Matrix.sub(actual, expected).abs().max();
      assert.ok(error(timesTransposed(inverse, a), Matrix.eye(n)) < 1e-9);
      assert.ok(error(inverse, inverse.transpose()) < 1e-12 * Math.max(1, inverse.max()));
      assert.deepEqual(a, before);
    });
});

test("a matrix that is not positive definite is refused, wherever that shows", async () => {
  for (const at of [0, 70, 149]) {
    const a = definite(150, 300, 0);
    a.set(at, at, -1);
    await assert.rejects(() => definiteInverse(a, product), UserError);
    a.set(at, at, Number.NaN);
    await assert.rejects(() => definiteInverse(a, product), UserError);
  }
});
