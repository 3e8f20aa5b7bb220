import type { Matrix } from "ml-matrix";
import { Random } from "../../lib/core/random";
import { matrixOfRows } from "../../lib/linalg/matrix";

/** Normal random numbers, row by row. */
export function normalMatrix(random: Random, rows: number, columns: number): Matrix {
  return matrixOfRows(
    Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => random.normal())),
  );
}

/** As many different rows as the rank, again and again. */
export function tiedRows(rows: number, columns: number, rank: number): Matrix {
  const different = normalMatrix(new Random(rank), rank, columns).to2DArray();
  return matrixOfRows(Array.from({ length: rows }, (_, i) => Float64Array.from(different[i % rank])));
}

/** `count` numbers in [−1, 1): the finaliser of MurmurHash3 over index and seed; as test/fixtures/formulaWeights.py. */
export function uniform(seed: number, count: number): Float64Array {
  const start = Math.imul(seed, 0x9e3779b1);
  return Float64Array.from({ length: count }, (_, index) => {
    let x = (index + start) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
  });
}
