/** The shares that logits give to each class: exp(x / T) over their sum. */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  const powers = fromLargest(logits, temperature).map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The logarithms of these shares, which stay finite where a share is too small for a number. */
export function logSoftmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  const exponents = fromLargest(logits, temperature);
  const total = exponents.reduce((sum, exponent) => sum + Math.exp(exponent), 0);
  return exponents.map((exponent) => exponent - Math.log(total));
}

/** (x − max x) / T: shares stay the same, and no power overflows. */
function fromLargest(logits: ArrayLike<number>, temperature: number): Float64Array {
  const values = Float64Array.from(logits);
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return values.map((value) => (value - largest) / temperature);
}
