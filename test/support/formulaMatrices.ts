import { Matrix } from "ml-matrix";
import { uniform } from "./matrices";

function dense(seed: number, rows: number, columns: number): Matrix {
  return Matrix.from1DArray(rows, columns, uniform(seed, rows * columns));
}

/** sigma on the diagonal between two Householder reflections. */
function withSpectrum(seed: number, rows: number, columns: number, sigma: number[]): Matrix {
  const reflection = (seed: number, size: number) => {
    const v = Matrix.columnVector(uniform(seed, size));
    return Matrix.eye(size).sub(v.mmul(v.transpose()).mul(2 / v.dot(v)));
  };
  return reflection(seed, rows)
    .mmul(Matrix.diag(sigma, rows, columns))
    .mmul(reflection(seed + 1, columns));
}

function oneHotRows(): Matrix {
  const matrix = Matrix.zeros(60, 40);
  for (let i = 0; i < 60; i++) {
    matrix.set(i, 0, 372.0725000000046);
    for (const column of [1 + (i % 13), 14 + (i % 7), 21 + ((i * i) % 19)]) matrix.set(i, column, 1);
  }
  return matrix;
}

function gradedColumns(): Matrix {
  return dense(12, 60, 40).mulRowVector(Array.from({ length: 40 }, (_, j) => 2 ** -j));
}

function equalColumns(): Matrix {
  const columns = dense(17, 30, 6);
  return new Matrix(columns.to2DArray().map((row) => row.flatMap((value) => [value, value, value])));
}

const clusters = [
  ...Array.from({ length: 10 }, (_, i) => 1 - 1e-9 * i),
  ...Array.from({ length: 20 }, (_, i) => 3e-5 * (1 + 1e-7 * i)),
  ...new Array<number>(5).fill(1e-9),
  ...new Array<number>(5).fill(0),
];

/** The matrices whose singular values test/fixtures/record_linalg.py recorded; it explains each. */
export const formulaMatrices: Record<string, () => Matrix> = {
  tall: () => dense(1, 200, 37),
  wide: () => dense(2, 37, 200),
  square: () => dense(3, 64, 64),
  "odd sides": () => dense(4, 7, 5),
  "fc-sized": () => dense(5, 1000, 512),
  "one row": () => dense(6, 1, 9),
  "one column": () => dense(7, 9, 1),
  "rank 7": () => dense(8, 120, 7).mmul(dense(9, 7, 60)),
  tiny: () => dense(10, 30, 20).mul(2 ** -900),
  huge: () => dense(11, 20, 30).mul(2 ** 900),
  subnormal: () => dense(11, 20, 30).mul(2 ** -1040),
  "graded columns": gradedColumns,
  clusters: () => withSpectrum(13, 80, 40, clusters),
  "clusters, wide": () => withSpectrum(15, 40, 80, clusters),
  "equal columns": equalColumns,
  Hilbert: () =>
    new Matrix(Array.from({ length: 20 }, (_, i) => Array.from({ length: 20 }, (_, j) => 1 / (i + j + 1)))),
  "one-hot rows": oneHotRows,
  centred: () =>
    new Matrix([
      [-0.5, -0.5, 1, -1.5, 1.5, 0],
      [0.5, 0.5, -1, 1.5, -1.5, 0],
    ]),
  "subnormal entry": () =>
    new Matrix([
      [7044.773469122021, 0, 0],
      [0, -1.284570679187241e-322, 57.2641137347702],
      [0, 0, 0],
    ]),
  decoupled: () =>
    new Matrix([
      [1, 0, 0, 0],
      [0, 2, 1, 0],
      [0, 1, 2, 0],
      [0, 0, 0, -1],
    ]),
};
