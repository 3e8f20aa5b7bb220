import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { UserError } from "../../../lib/core/errors";
import { matrixOfRows, rowsOf, timesTransposed } from "../../../lib/linalg/matrix";
import type { Eigen } from "../../../lib/linalg/eigen";
import { leadingEigenvectors, leadingSubspace } from "../../../lib/linalg/subspace";
import { Random } from "../../../lib/core/random";
import { assertNear } from "../../support/close";
import { normalMatrix } from "../../support/matrices";

/** X Xᵀ of n rows: row i has the length `scale(i)`, about. */
function semidefinite(random: Random, n: number, samples: number, scale = (_: number) => 1): Matrix {
  const rows = normalMatrix(random, n, samples).mulColumnVector(Array.from({ length: n }, (_, i) => scale(i)));
  return timesTransposed(rows, rows);
}

const diagonal = (...values: number[]) => Matrix.diag(values);

/** Name, matrix and rank. */
const cases: [string, Matrix, number][] = [
  ["decaying", semidefinite(new Random(1), 20, 60, (i) => 2 ** -i), 5],
  ["all of them", semidefinite(new Random(2), 9, 30, (i) => 2 ** -i), 9],
  ["rank 3, 6 asked for", semidefinite(new Random(3), 12, 3), 6],
  ["equal eigenvalues", diagonal(3, 1, 3, 1, 1, 3, 1, 1), 3],
  ["zeros", Matrix.zeros(7, 7), 4],
  ["a single number", diagonal(4), 1],
];

function allValues(symmetric: Matrix): number[] {
  const { realEigenvalues } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  return realEigenvalues.sort((a, b) => b - a);
}

const product = async (a: Matrix, b: Matrix) => timesTransposed(a, b);
const subspace = (symmetric: Matrix, rank: number, start?: Matrix) => leadingSubspace(symmetric, rank, product, start);

function assertLeading(symmetric: Matrix, rank: number, { vectors, values }: Eigen, tolerance = 1e-8): void {
  assert.deepEqual([vectors.rows, vectors.columns, values.length], [rank, symmetric.rows, rank]);
  assert.ok(Matrix.sub(timesTransposed(vectors, vectors), Matrix.eye(rank)).abs().max() < 1e-10);
  const expected = allValues(symmetric);
  const scale = expected[0] || 1;
  values.forEach((value, i) => {
    assert.ok(value >= 0 && (i === 0 || value <= values[i - 1]));
    assertNear(value / scale, Math.max(0, expected[i]) / scale, tolerance);
  });
  const images = rowsOf(timesTransposed(vectors, symmetric));
  rowsOf(vectors).forEach((vector, i) => {
    // Near a subspace the values err as the square of the vectors.
    const residual = Math.max(...vector.map((value, k) => Math.abs(images[i][k] - values[i] * value)));
    assert.ok(residual <= Math.sqrt(tolerance) * scale, `vector ${i}: residual ${residual}`);
  });
}

describe("orthonormal eigenvectors of the largest eigenvalues", () => {
  for (const [name, symmetric, rank] of cases) {
    test(`${name}, all decomposed`, () => assertLeading(symmetric, rank, leadingEigenvectors(symmetric, rank)));
    test(`${name}, by iteration`, async () => assertLeading(symmetric, rank, await subspace(symmetric, rank)));
    test(`${name}, from their own vectors`, async () => {
      const { vectors } = leadingEigenvectors(symmetric, rank);
      assertLeading(symmetric, rank, await subspace(symmetric, rank, vectors));
    });
  }
});

test("a start of zeros, of equal rows, or with more rows than are needed", async () => {
  const symmetric = semidefinite(new Random(6), 30, 40, (i) => 3 ** -i);
  const [row] = rowsOf(normalMatrix(new Random(7), 1, 30));
  for (const start of [Matrix.zeros(4, 30), matrixOfRows([row, row, row, row]), normalMatrix(new Random(8), 29, 30)])
    assertLeading(symmetric, 4, await subspace(symmetric, 4, start));
});

const sum = (values: Float64Array) => values.reduce((total, value) => total + value);

test("without a gap after the rank hardly more is lost than by all eigenvectors", async () => {
  // Lengths of rows fall with that power; without it they are noise, whose eigenvalues lie closest.
  for (const [power, tolerance] of [
    [0, 3e-3],
    [0.5, 1e-3],
    [1, 1e-4],
    [2, 1e-4],
  ]) {
    const symmetric = semidefinite(new Random(14), 120, 240, (i) => (1 + i) ** -power);
    const { values } = leadingEigenvectors(symmetric, 120);
    for (const rank of [5, 20, 48]) {
      const { vectors, values: found } = await subspace(symmetric, rank);
      const [least, lost] = [sum(values.slice(rank)), sum(values) - sum(found)];
      assert.ok(
        lost >= least * (1 - 1e-9) && lost <= least * (1 + tolerance),
        `${power}, ${rank}: ${lost} for ${least}`,
      );
      // What the vectors span keeps what the values say.
      const kept = timesTransposed(timesTransposed(vectors, symmetric), vectors).trace();
      assertNear(kept, sum(found), 1e-9);
    }
  }
});

test("from the vectors of a similar matrix: hardly more is lost either, at any rank", async () => {
  const random = new Random(10);
  const samples = normalMatrix(random, 80, 300).divColumnVector(Array.from({ length: 80 }, (_, i) => 1 + i));
  const similar = Matrix.mul(samples, normalMatrix(random, 80, 300).mul(0.05).add(1));
  const symmetric = timesTransposed(similar, similar);
  const { values } = leadingEigenvectors(symmetric, 80);
  for (const rank of [8, 30, 60]) {
    const start = leadingEigenvectors(timesTransposed(samples, samples), rank).vectors;
    const lost = sum(values) - sum((await subspace(symmetric, rank, start)).values);
    const least = sum(values.slice(rank));
    assert.ok(lost >= least * (1 - 1e-9) && lost <= least * (1 + 1e-3), `${rank}: ${lost} for ${least}`);
  }
});

test("numbers whose squares leave the range of doubles: a power of two changes the values by itself only", async () => {
  const symmetric = semidefinite(new Random(4), 30, 60, (i) => 1.2 ** -i);
  for (const find of [async (of: Matrix) => leadingEigenvectors(of, 4), (of: Matrix) => subspace(of, 4)]) {
    const { vectors, values } = await find(symmetric);
    for (const factor of [2 ** 700, 2 ** -700]) {
      const scaled = Matrix.mul(symmetric, factor);
      assert.deepEqual(await find(scaled), { vectors, values: values.map((v) => v * factor) });
    }
  }
});

test("the arguments are not changed, and the same ones give the same bits", async () => {
  const symmetric = semidefinite(new Random(11), 40, 80);
  const start = normalMatrix(new Random(12), 3, 40);
  const before = [symmetric.clone(), start.clone()];
  assert.deepEqual(leadingEigenvectors(symmetric, 3), leadingEigenvectors(symmetric, 3));
  for (const from of [undefined, start])
    assert.deepEqual(await subspace(symmetric, 3, from), await subspace(symmetric, 3, from));
  assert.deepEqual([symmetric, start], before);
});

test("ranks and numbers that cannot be are refused in one line", async () => {
  for (const rank of [0, 4, 1.5, Number.NaN]) {
    const expected = new UserError(`no ${rank} eigenvectors of a 3 × 3 matrix: choose a whole number from 1 to 3`);
    assert.throws(() => leadingEigenvectors(diagonal(1, 2, 3), rank), expected);
    await assert.rejects(() => subspace(diagonal(1, 2, 3), rank), expected);
  }
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => leadingEigenvectors(diagonal(1, value), 1), UserError);
    await assert.rejects(() => subspace(diagonal(1, value, 1), 1), UserError);
  }
});
