import type { Matrix } from "ml-matrix";
import type { Random } from "../../lib/core/random";
import { matrixOfRows } from "../../lib/linalg/matrix";

/** Normal random numbers, row by row. */
export function normalMatrix(random: Random, rows: number, columns: number): Matrix {
  return matrixOfRows(
    Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => random.normal())),
  );
}
