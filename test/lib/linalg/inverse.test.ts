import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { definiteInverse } from "../../../lib/linalg/inverse";
import { type Rows, timesTransposed } from "../../../lib/linalg/rows";
import { Random } from "../../../lib/core/random";
import { assertNear } from "../../support/close";

const product = async (a: Rows, b: Rows) => timesTransposed(a, b);

/** X Xᵀ + share · I. */
function definite(n: number, samples: number, share: number): Rows {
  const random = new Random(n);
  const rows = Array.from({ length: n }, () => Float64Array.from({ length: samples }, () => random.normal()));
  return timesTransposed(rows, rows).map((row, i) => row.map((value, j) => value + (i === j ? share * samples : 0)));
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
      const before = structuredClone(a);
      const inverse = await definiteInverse(a, product);
      timesTransposed(inverse, a).forEach((row, i) => {
        row.forEach((value, j) => {
          assertNear(value, Number(i === j), 1e-9);
        });
      });
      inverse.forEach((row, i) => {
        row.forEach((value, j) => {
          assertNear(value, inverse[j][i], 1e-12);
        });
      });
      assert.deepEqual(a, before);
    });
});

test("a matrix that is not positive definite is refused, wherever that shows", async () => {
  for (const at of [0, 70, 149]) {
    const a = definite(150, 300, 0);
    a[at][at] = -1;
    await assert.rejects(() => definiteInverse(a, product), UserError);
    a[at][at] = Number.NaN;
    await assert.rejects(() => definiteInverse(a, product), UserError);
  }
});
