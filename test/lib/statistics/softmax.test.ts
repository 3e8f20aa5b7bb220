import assert from "node:assert/strict";
import { test } from "node:test";
import { logSoftmax, softmax } from "../../../lib/statistics/softmax";
import { assertNear } from "../../support/close";

function assertClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assertNear(actual[i], value);
  });
}

test("shares by hand, at two temperatures", () => {
  assertClose(softmax([0, Math.log(3)]), [0.25, 0.75]);
  assertClose(softmax(Float32Array.of(4, 4)), [0.5, 0.5]);
  assertClose(softmax([0, 2 * Math.log(4)], 2), [0.2, 0.8]);
});

test("their logarithms, also beyond exp's range", () => {
  assertClose(logSoftmax([0, Math.log(3)]), [Math.log(0.25), Math.log(0.75)]);
  assertClose(logSoftmax([0, 2 * Math.log(4)], 2), [Math.log(0.2), Math.log(0.8)]);
  assertClose(softmax([1000, 0, -1000]), [1, 0, 0]);
  assertClose(logSoftmax([1000, 0, -1000]), [0, -1000, -2000]);
});

test("what is no number stays none", () => {
  for (const shares of [softmax([0, Number.NaN]), logSoftmax([0, Number.NaN])]) assert.ok(shares.every(Number.isNaN));
});
