/**
 * Probability that |T| ≤ t for Student's t with a whole number of degrees of freedom, in closed form
 * (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4).
 */
export function studentTWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let series = 0;
  for (let power = odd ? 1 : 0; power <= degrees - 2; power += 2) {
    series += term;
    term *= ((power + 1) / (power + 2)) * cosine ** 2;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * series) : Math.sin(angle) * series;
}

/** The t with |T| ≤ t in 95 % of all cases, by bisection. @param degrees at least 1. */
export function studentTQuantile(degrees: number): number {
  let [low, high] = [0, 1];
  while (studentTWithin(high, degrees) < 0.95) high *= 2;
  while (high - low > 1e-14 * high) {
    const middle = (low + high) / 2;
    if (studentTWithin(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  return high;
}
