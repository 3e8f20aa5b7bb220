import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Matrix } from "ml-matrix";
import { UserError } from "../../../lib/core/errors";
import { singularValues, svd } from "../../../lib/linalg/svd";
import recorded from "../../fixtures/singular-values.json";
import { formulaMatrices } from "../../support/formulaMatrices";
import { tiedRows } from "../../support/matrices";

const sigmaOf = recorded as Record<string, number[]>;

function assertClose(actual: Matrix, expected: Matrix, tolerance: number): void {
  const difference = Matrix.sub(actual, expected);
  assert.ok(difference.max() <= tolerance && difference.min() >= -tolerance, `off by ${difference.norm()}`);
}

function assertSvd(matrix: Matrix): void {
  const { u, s, v } = svd(matrix);
  const r = Math.min(matrix.rows, matrix.columns);
  assert.deepEqual([u.rows, u.columns, s.length, v.rows, v.columns], [matrix.rows, r, r, matrix.columns, r]);
  assert.ok(s.every((value, i) => value >= 0 && (i === 0 || value <= s[i - 1])));
  assertClose(u.transpose().mmul(u), Matrix.eye(r), 1e-9);
  assertClose(v.transpose().mmul(v), Matrix.eye(r), 1e-9);
  const scale = s[0] || 1;
  const scaled = u.clone().mulRowVector(s.map((value) => value / scale));
  assertClose(scaled.mmul(v.transpose()), matrix.clone().div(scale), 1e-9);
}

describe("singular values against LAPACK's", () => {
  for (const [name, build] of Object.entries(formulaMatrices)) {
    test(name, () => {
      const computed = singularValues(build());
      const expected = sigmaOf[name];
      assert.equal(computed.length, expected.length);
      expected.forEach((sigma, i) => {
        const tolerance = sigma / expected[0] > 1e-5 ? 1e-6 * sigma : 1e-12 * expected[0];
        assert.ok(Math.abs(computed[i] - sigma) <= tolerance, `σ${i + 1} = ${computed[i]}, LAPACK's ${sigma}`);
      });
    });
  }
});

describe("U and V are orthonormal and U Σ Vᵀ is the matrix", () => {
  for (const [name, build] of Object.entries(formulaMatrices)) {
    if (name !== "fc-sized") test(name, () => assertSvd(build()));
  }
  test("zeros, tall and wide", () => {
    assertSvd(Matrix.zeros(9, 4));
    assertSvd(Matrix.zeros(4, 9));
    assertSvd(Matrix.zeros(1, 1));
  });
  test("rows of ties, tall, square and wide", () => {
    for (const [rows, columns] of [[5, 3], [9, 400], [400, 9], [64, 64], [100, 512], [512, 100], [150, 200]]) // biome-ignore format: shapes
      for (const rank of [1, 2, 3]) assertSvd(tiedRows(rows, columns, rank));
  });
  test("identity and a permutation", () => {
    assertSvd(Matrix.eye(12));
    assertSvd(
      new Matrix(
        Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => ((3 * i + 1) % 8 === j ? 1 : 0))),
      ),
    );
  });
  test("a single large entry, and one row that is not zero", () => {
    const matrix = Matrix.zeros(6, 10);
    matrix.set(4, 7, -1e30);
    assertSvd(matrix);
    assertSvd(Matrix.zeros(5, 3).setRow(2, [1, 2, 3]));
  });
});

test("small singular values keep their digits where squaring would lose them", () => {
  const smallest = singularValues(formulaMatrices["graded columns"]()).at(-1)!;
  // Of a product with a diagonal, one-sided Jacobi finds even σ/σ₁ = 10⁻¹² to many digits (Demmel & Veselić 1992).
  const reversed = singularValues(
    new Matrix(
      formulaMatrices["graded columns"]()
        .to2DArray()
        .map((row) => row.reverse()),
    ),
  );
  assert.ok(Math.abs(reversed.at(-1)! / smallest - 1) < 1e-3);
});

test("the same matrix gives the same bits, and stays as it was", () => {
  const matrix = formulaMatrices.wide();
  const before = matrix.to1DArray();
  assert.deepEqual(singularValues(matrix), svd(matrix).s);
  assert.deepEqual(matrix.to1DArray(), before);
});

test("NaN, infinity and emptiness are the user's to know", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const matrix = Matrix.ones(3, 4).set(1, 2, value);
    assert.throws(
      () => svd(matrix),
      new UserError(`no singular values: the matrix holds ${value} at (1, 2), check where it comes from`),
    );
  }
  assert.throws(() => singularValues(Matrix.zeros(0, 3)), UserError);
});

test("a spectrum of fc's size takes at most 3 s of one core, all of its vectors 8 s", () => {
  const matrix = formulaMatrices["fc-sized"]();
  const seconds = (run: () => unknown) => {
    const before = process.cpuUsage();
    run();
    return process.cpuUsage(before).user / 1e6;
  };
  const spectrum = Math.min(...[1, 2, 3].map(() => seconds(() => singularValues(matrix))));
  assert.ok(spectrum <= 3, `${spectrum} s`);
  const full = seconds(() => svd(matrix));
  assert.ok(full <= 8, `${full} s`);
});
