import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { eigen } from "../../../lib/linalg/eigen";
import { tiedRows } from "../../support/matrices";

const matrices: [string, Matrix][] = [
  ["zeros", Matrix.zeros(7, 7)],
  ["the identity", Matrix.eye(7)],
  ["a saddle", new Matrix([[0, 3], [3, 0]])], // biome-ignore format: a matrix
  ...[1, 2, 3].flatMap((rank) =>
    [20, 100, 300].map((side): [string, Matrix] => {
      const rows = tiedRows(side, 512, rank);
      return [`inner products of ${side} rows of rank ${rank}`, rows.mmul(rows.transpose())];
    }),
  ),
];

for (const [name, matrix] of matrices)
  test(`${name}: orthonormal rows, descending values, and together the matrix`, () => {
    const { vectors, values } = eigen(matrix);
    const scale = Math.max(matrix.norm(), 1);
    const off = (found: Matrix, expected: Matrix) => Matrix.sub(found, expected).norm();
    assert.ok(off(vectors.mmul(vectors.transpose()), Matrix.eye(matrix.rows)) < 1e-12);
    assert.ok(values.every((value, i) => i === 0 || value <= values[i - 1]));
    assert.ok(off(vectors.transpose().mulRowVector(values).mmul(vectors), matrix) < 1e-12 * scale);
  });
