import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix, solve } from "ml-matrix";
import { UserError } from "../../../lib/core/errors";
import { matrixOfRows, rowsOf, timesTransposed } from "../../../lib/linalg/matrix";
import { choleskyFactor, solveCholesky } from "../../../lib/linalg/solve";
import { Random } from "../../../lib/core/random";
import { normalMatrix } from "../../support/matrices";

/** Positive definite: the Gram matrix of more columns than rows. */
function definite(random: Random, n: number): Matrix {
  const rows = normalMatrix(random, n, n + 5);
  return timesTransposed(rows, rows);
}

function assertClose(actual: Matrix, expected: Matrix, tolerance: number): void {
  const difference = Matrix.sub(actual, expected).abs().max();
  assert.ok(difference <= tolerance, `off by ${difference}`);
}

test("L Lᵀ is the matrix, and L is lower triangular", () => {
  for (const n of [1, 2, 5, 40]) {
    const a = definite(new Random(n), n);
    const factor = choleskyFactor(a);
    assertClose(timesTransposed(factor, factor), a, 1e-10);
    rowsOf(factor).forEach((row, i) => {
      assert.ok(row[i] > 0 && row.subarray(i + 1).every((value) => value === 0));
    });
  }
});

test("what is above the diagonal is not read", () => {
  const a = definite(new Random(1), 6);
  const lower = matrixOfRows(rowsOf(a).map((row, i) => row.map((value, j) => (j > i ? Number.NaN : value))));
  assert.deepEqual(choleskyFactor(lower), choleskyFactor(a));
});

test("solutions are ml-matrix's, and neither argument is changed", () => {
  const random = new Random(2);
  for (const n of [1, 3, 25]) {
    const a = definite(random, n);
    const rhs = normalMatrix(random, 4, n);
    const factor = choleskyFactor(a);
    const before = [factor.clone(), rhs.clone()];
    const expected = solve(a, rhs.transpose()).transpose();
    assertClose(solveCholesky(factor, rhs), expected, 1e-7);
    assert.deepEqual([factor, rhs], before);
  }
});

test("no right-hand side has no solution", () => {
  assert.equal(solveCholesky(choleskyFactor(definite(new Random(3), 4)), matrixOfRows([])).rows, 0);
});

test("matrices that are not positive definite are refused in one line that names the row", () => {
  for (const [side, corner] of [
    [1, 1],
    [2, 1],
    [0, Number.NaN],
  ])
    assert.throws(
      () =>
        choleskyFactor(
          new Matrix([
            [1, side],
            [side, corner],
          ]),
        ),
      new UserError("no Cholesky factor: the matrix is not positive definite in row 1, add to its diagonal"),
    );
  assert.throws(() => choleskyFactor(new Matrix([[0]])), UserError);
});

test("512 unknowns with 512 right-hand sides take at most 1.5 s of one core", () => {
  const random = new Random(4);
  const a = definite(random, 512);
  const rhs = normalMatrix(random, 512, 512);
  const before = process.cpuUsage();
  solveCholesky(choleskyFactor(a), rhs);
  const seconds = process.cpuUsage(before).user / 1e6;
  assert.ok(seconds <= 1.5, `${seconds} s`);
});
