/**
 * Loops over rows on plain `Float64Array`s, in which a decomposition spends its time: what stands inside an ml-matrix `Matrix`,
 * whose own loops go through a getter for every element and take five times as long.
 */
export type Rows = Float64Array[];

/** Inner product of two rows, or of their first `count` numbers. */
export function dot(a: Float64Array, b: Float64Array, count = a.length): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[k] * b[k];
  return sum;
}

/** Adds `factor` times row b to row a, or to its first `count` numbers, in place. */
export function addScaled(a: Float64Array, factor: number, b: Float64Array, count = a.length): void {
  for (let k = 0; k < count; k++) a[k] += factor * b[k];
}

/** Turns the plane of two rows by an angle, in place: a ← cosine·a − sine·b, b ← sine·a + cosine·b. */
export function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < a.length; k++) {
    const before = a[k];
    a[k] = cosine * before - sine * b[k];
    b[k] = sine * before + cosine * b[k];
  }
}
