import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import * as summary from "../../../lib/statistics/summary";
import recorded from "../../fixtures/statistics.json";
import { assertNear } from "../../support/close";

const { sample } = recorded;

test("mean, standard deviation, median and quantiles are NumPy's", () => {
  assertNear(summary.mean(sample), recorded.mean);
  assertNear(summary.standardDeviation(sample), recorded.standardDeviation);
  assertNear(summary.median(sample), recorded.median);
  assertNear(summary.median(sample.slice(0, 10)), recorded.medianOfTen);
  for (const { q, value } of recorded.quantiles) assertNear(summary.quantile(sample, q), value);
  assert.deepEqual(summary.centralInterval(sample), {
    low: summary.quantile(sample, 0.025),
    high: summary.quantile(sample, 0.975),
  });
});

test("the interval of the mean is SciPy's", () => {
  const { low, high } = summary.meanInterval(sample);
  assertNear(low, recorded.meanInterval.low);
  assertNear(high, recorded.meanInterval.high);
});

test("the sample stays in its order", () => {
  const values = Float32Array.of(3, 1, 2);
  assert.equal(summary.median(values), 2);
  assert.deepEqual([...values], [3, 1, 2]);
});

test("infinite values at both neighbours are no NaN", () => {
  assert.equal(summary.quantile([1, Infinity, Infinity], 0.75), Infinity);
});

test("samples too small and quantiles outside [0, 1]", () => {
  for (const measure of [summary.mean, summary.median, summary.centralInterval])
    assert.throws(() => measure([]), UserError);
  for (const measure of [summary.standardDeviation, summary.meanInterval]) assert.throws(() => measure([1]), UserError);
  for (const q of [-0.1, 1.1, Number.NaN]) assert.throws(() => summary.quantile(sample, q), UserError);
});
