import { sizeOf, type Tensor } from "../core/tensor";

/**
 * Loops over rows on plain `Float64Array`s, in which a singular value decomposition spends its time:
 * ml-matrix's own product goes through a getter for every element and takes five times as long.
 */
export type Rows = Float64Array[];

/** Gives A Bᵀ of A and B: `timesTransposed` below, or a faster one. */
export type Product = (a: Rows, b: Rows) => Promise<Rows>;

/** Inner product of two rows of the same length. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** Adds `factor` times row b to row a, in place. */
export function addScaled(a: Float64Array, factor: number, b: Float64Array): void {
  for (let k = 0; k < a.length; k++) a[k] += factor * b[k];
}

/** Turns the plane of two rows by an angle, in place: a ← cosine·a − sine·b, b ← sine·a + cosine·b. */
export function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < a.length; k++) {
    const before = a[k];
    a[k] = cosine * before - sine * b[k];
    b[k] = sine * before + cosine * b[k];
  }
}

/** A tensor's float64 rows: a matrix, or a weight (out, …) as (out, everything else). */
export function rowsOf({ shape: [count, ...sides], data }: Tensor): Rows {
  const width = sizeOf(sides);
  return Array.from({ length: count }, (_, n) => new Float64Array(data.subarray(n * width, (n + 1) * width)));
}

/** A + B. */
export function sum(a: Rows, b: Rows): Rows {
  return a.map((row, i) => {
    const total = row.slice();
    addScaled(total, 1, b[i]);
    return total;
  });
}

/** The mean of a square matrix and its transpose: rounding leaves the two halves of a product slightly different. */
export function symmetrized(square: Rows): Rows {
  return square.map((row, i) => row.map((value, j) => (value + square[j][i]) / 2));
}

/** The identity matrix. */
export function identity(side: number): Rows {
  return Array.from({ length: side }, (_, i) => Float64Array.from({ length: side }, (_, j) => Number(i === j)));
}

/** Columns as rows, of a matrix of one row at least. */
export function transposed(rows: Rows): Rows {
  return Array.from(rows[0], (_, j) => {
    const column = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) column[i] = rows[i][j];
    return column;
  });
}

/** A Bᵀ, (p, q), of matrices A of p rows and B of q rows of the same length. */
export function timesTransposed(a: Rows, b: Rows): Rows {
  const product = a.map(() => new Float64Array(b.length));
  const lastA = a.length - 1;
  const lastB = b.length - 1;
  // At the edges the last row stands in for those beyond it; what is written beyond a typed array's end is ignored.
  for (let j = 0; j <= lastB; j += 4) {
    const [b1, b2, b3] = [b[Math.min(j + 1, lastB)], b[Math.min(j + 2, lastB)], b[Math.min(j + 3, lastB)]];
    for (let i = 0; i <= lastA; i += 2) {
      const below = Math.min(i + 1, lastA);
      fillBlock(product[i], product[below], j, a[i], a[below], b[j], b1, b2, b3);
    }
  }
  return product;
}

/**
 * Fills columns j … j+3 of two rows of a product: six numbers fetched serve eight multiplications, and eight sums grow
 * without waiting for each other.
 */
function fillBlock(
  upperProduct: Float64Array,
  lowerProduct: Float64Array,
  j: number,
  upper: Float64Array,
  lower: Float64Array,
  b0: Float64Array,
  b1: Float64Array,
  b2: Float64Array,
  b3: Float64Array,
): void {
  let [upper0, upper1, upper2, upper3, lower0, lower1, lower2, lower3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < upper.length; k++) {
    const x = upper[k];
    const y = lower[k];
    const v0 = b0[k];
    const v1 = b1[k];
    const v2 = b2[k];
    const v3 = b3[k];
    upper0 += x * v0;
    upper1 += x * v1;
    upper2 += x * v2;
    upper3 += x * v3;
    lower0 += y * v0;
    lower1 += y * v1;
    lower2 += y * v2;
    lower3 += y * v3;
  }
  upperProduct[j] = upper0;
  upperProduct[j + 1] = upper1;
  upperProduct[j + 2] = upper2;
  upperProduct[j + 3] = upper3;
  lowerProduct[j] = lower0;
  lowerProduct[j + 1] = lower1;
  lowerProduct[j + 2] = lower2;
  lowerProduct[j + 3] = lower3;
}
