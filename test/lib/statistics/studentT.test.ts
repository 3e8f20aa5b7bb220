import { test } from "node:test";
import { studentTQuantile, studentTWithin } from "../../../lib/statistics/studentT";
import recorded from "../../fixtures/statistics.json";
import { assertNear } from "../../support/close";

test("the 97.5 % points are SciPy's", () => {
  for (const { degrees, t } of recorded.studentT) {
    assertNear(studentTQuantile(degrees), t, 1e-12);
    assertNear(studentTWithin(t, degrees), 0.95);
  }
});
