import assert from "node:assert/strict";

/** Fails unless the numbers agree to a relative tolerance, below 1 to an absolute one. */
export function assertNear(actual: number, expected: number, tolerance = 1e-12): void {
  const difference = Math.abs(actual - expected);
  assert.ok(difference <= tolerance * Math.max(1, Math.abs(expected)), `${actual} instead of ${expected}`);
}
