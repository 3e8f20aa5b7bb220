import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { UserError } from "../../../lib/errors";
import { dot, type Rows, timesTransposed } from "../../../lib/linalg/rows";
import { leadingEigenvectors } from "../../../lib/linalg/subspace";
import { Random } from "../../../lib/random";
import { assertNear } from "../../support/close";

const drawn = (random: Random, rows: number, columns: number): Rows =>
  Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => random.normal()));

/** X Xᵀ of n rows: row i has the length `scale(i)`, about. */
function semidefinite(random: Random, n: number, samples: number, scale = (_: number) => 1): Rows {
  const rows = drawn(random, n, samples).map((row, i) => row.map((value) => value * scale(i)));
  return timesTransposed(rows, rows);
}

const zeros = (n: number): Rows => Array.from({ length: n }, () => new Float64Array(n));

function diagonal(...values: number[]): Rows {
  return values.map((value, i) => Float64Array.from(values, (_, j) => (i === j ? value : 0)));
}

/** Name, matrix and rank. */
const cases: [string, Rows, number][] = [
  ["decaying", semidefinite(new Random(1), 20, 60, (i) => 2 ** -i), 5],
  ["all of them", semidefinite(new Random(2), 9, 30, (i) => 2 ** -i), 9],
  ["rank 3, 6 asked for", semidefinite(new Random(3), 12, 3), 6],
  ["equal eigenvalues", diagonal(3, 1, 3, 1, 1, 3, 1, 1), 3],
  ["zeros", zeros(7), 4],
  ["a single number", diagonal(4), 1],
];

function allValues(symmetric: Rows): number[] {
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(symmetric), { assumeSymmetric: true });
  return realEigenvalues.sort((a, b) => b - a);
}

function assertLeading(symmetric: Rows, rank: number, start?: Rows, tolerance = 1e-8): void {
  const { vectors, values } = leadingEigenvectors(symmetric, rank, start);
  assert.deepEqual([vectors.length, values.length], [rank, rank]);
  vectors.forEach((a, i) => {
    assert.equal(a.length, symmetric.length);
    vectors.forEach((b, j) => {
      assertNear(dot(a, b), i === j ? 1 : 0, 1e-10);
    });
  });
  const expected = allValues(symmetric);
  const scale = expected[0] || 1;
  values.forEach((value, i) => {
    assert.ok(value >= 0 && (i === 0 || value <= values[i - 1]));
    assertNear(value / scale, Math.max(0, expected[i]) / scale, tolerance);
  });
  const images = timesTransposed(vectors, symmetric);
  vectors.forEach((vector, i) => {
    // Near a subspace the values err as the square of the vectors.
    const residual = Math.max(...vector.map((value, k) => Math.abs(images[i][k] - values[i] * value)));
    assert.ok(residual <= Math.sqrt(tolerance) * scale, `vector ${i}: residual ${residual}`);
  });
}

describe("orthonormal eigenvectors of the largest eigenvalues", () => {
  for (const [name, symmetric, rank] of cases) {
    test(`${name}, without a start`, () => assertLeading(symmetric, rank));
    test(`${name}, from a random start`, () =>
      assertLeading(symmetric, rank, drawn(new Random(9), rank, symmetric.length)));
    test(`${name}, from its own vectors`, () =>
      assertLeading(symmetric, rank, leadingEigenvectors(symmetric, rank).vectors));
  }
});

test("a start of zeros, of equal rows, or with more rows than asked for", () => {
  const symmetric = semidefinite(new Random(6), 15, 40, (i) => 3 ** -i);
  const [row] = drawn(new Random(7), 1, 15);
  for (const start of [zeros(15).slice(0, 4), [row, row, row, row], drawn(new Random(8), 7, 15)])
    assertLeading(symmetric, 4, start);
});

test("from the vectors of a similar matrix: the share of the trace is the full decomposition's", () => {
  const random = new Random(10);
  const samples = drawn(random, 40, 200).map((row, i) => row.map((value) => value / (1 + i)));
  const similar = samples.map((row) => row.map((value) => value * (1 + 0.05 * random.normal())));
  const symmetric = timesTransposed(similar, similar);
  const start = leadingEigenvectors(timesTransposed(samples, samples), 8).vectors;
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value);
  const full = sum(leadingEigenvectors(symmetric, 8).values);
  const found = sum(leadingEigenvectors(symmetric, 8, start).values);
  assert.ok(found <= full * (1 + 1e-12) && found >= full * (1 - 1e-6), `${found} of ${full}`);
});

test("numbers whose squares leave the range of doubles: a power of two changes the values by itself only", () => {
  const symmetric = semidefinite(new Random(4), 10, 20, (i) => 3 ** -i);
  for (const start of [undefined, drawn(new Random(5), 4, 10)]) {
    const { vectors, values } = leadingEigenvectors(symmetric, 4, start);
    for (const factor of [2 ** 700, 2 ** -700]) {
      const scaled = symmetric.map((row) => row.map((value) => value * factor));
      assert.deepEqual(leadingEigenvectors(scaled, 4, start), { vectors, values: values.map((v) => v * factor) });
    }
  }
});

test("the arguments are not changed, and the same ones give the same bits", () => {
  const symmetric = semidefinite(new Random(11), 8, 20);
  const start = drawn(new Random(12), 3, 8);
  const before = structuredClone({ symmetric, start });
  for (const from of [undefined, start])
    assert.deepEqual(leadingEigenvectors(symmetric, 3, from), leadingEigenvectors(symmetric, 3, from));
  assert.deepEqual({ symmetric, start }, before);
});

test("ranks and numbers that cannot be are refused in one line", () => {
  for (const rank of [0, 4, 1.5, Number.NaN])
    assert.throws(
      () => leadingEigenvectors(diagonal(1, 2, 3), rank),
      new UserError(`no ${rank} eigenvectors of a 3 × 3 matrix: choose a whole number from 1 to 3`),
    );
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => leadingEigenvectors(diagonal(1, value), 1), UserError);
  assert.throws(() => leadingEigenvectors(diagonal(1, 2, 3), 2, [Float64Array.of(1, 0, 0)]), /1 rows to start from/);
});
