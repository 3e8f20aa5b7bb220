import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrapInterval } from "../../../lib/statistics/bootstrap";
import { mean, median } from "../../../lib/statistics/summary";
import recorded from "../../fixtures/statistics.json";
import { assertNear } from "../../support/close";

test("intervals are SciPy's of 200,000 resamples, up to the chance of 20,000", () => {
  // The standard error of such an end of the mean's interval is about 0.1.
  const ofMean = bootstrapInterval(recorded.sample, mean, 1, 20000);
  assert.ok(Math.abs(ofMean.low - recorded["bootstrap mean"].low) < 0.4);
  assert.ok(Math.abs(ofMean.high - recorded["bootstrap mean"].high) < 0.4);
  const ofMedian = bootstrapInterval(recorded.sample, median, 1, 20000);
  assertNear(ofMedian.low, recorded["bootstrap median"].low);
  assertNear(ofMedian.high, recorded["bootstrap median"].high);
});

test("a seed gives the same interval again, another seed another", () => {
  assert.deepEqual(bootstrapInterval(recorded.sample, mean, 2), bootstrapInterval(recorded.sample, mean, 2));
  assert.notDeepEqual(bootstrapInterval(recorded.sample, mean, 2), bootstrapInterval(recorded.sample, mean, 3));
});
