import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { spearman } from "../../../lib/statistics/spearman";
import recorded from "../../fixtures/statistics.json";
import { assertNear } from "../../support/close";

for (const [name, { x, y, rho, pValue }] of Object.entries(recorded.spearman)) {
  test(`${name}: as SciPy`, () => {
    assertNear(spearman(x, y).rho, rho);
    assertNear(spearman(x, y).pValue, pValue, 1e-11);
  });
}

test("equal values have no order, too few or unpaired ones no correlation", () => {
  assert.ok(Number.isNaN(spearman([1, 1, 1], [1, 2, 3]).rho));
  assert.throws(() => spearman([1, 2], [1, 2]), UserError);
  assert.throws(() => spearman([1, 2, 3], [1, 2, 3, 4]), UserError);
});
