import { test } from "node:test";
import { wilsonInterval } from "../../../lib/statistics/proportion";
import recorded from "../../fixtures/statistics.json";
import { assertNear } from "../../support/close";

test("Wilson's intervals are SciPy's, at none and all correct too", () => {
  for (const { correct, total, low, high } of recorded.wilson) {
    const interval = wilsonInterval(correct, total);
    assertNear(interval.low, low);
    assertNear(interval.high, high);
  }
});
