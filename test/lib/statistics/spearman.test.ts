import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { spearman, spearmanInterval } from "../../../lib/statistics/spearman";
import recorded from "../../fixtures/statistics.json";
import { assertNear } from "../../support/close";

for (const [name, { x, y, rho }] of Object.entries(recorded.spearman)) {
  test(`${name}: as SciPy`, () => {
    assertNear(spearman(x, y), rho);
  });
}

test("equal values have no order, too few or unpaired ones no correlation", () => {
  assert.ok(Number.isNaN(spearman([1, 1, 1], [1, 2, 3])));
  assert.throws(() => spearman([1, 2], [1, 2]), UserError);
  assert.throws(() => spearman([1, 2, 3], [1, 2, 3, 4]), UserError);
});

test("the interval holds ρ, is the same each time, and wide where the order is loose", () => {
  const [x, y] = [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [3, 0, 9, 2, 7, 4, 8, 1],
  ];
  const { rho, low, high } = spearmanInterval(x, y);
  assert.equal(rho, spearman(x, y));
  assert.ok(low < rho && rho < high && high - low > 0.5);
  assert.deepEqual(spearmanInterval(x, y), { rho, low, high });
});

test("one order throughout: ρ is 1 in every sample; no order to agree with: 0", () => {
  assert.deepEqual(spearmanInterval([1, 2, 5, 9, 30, 31], [0, 1, 2, 3, 4, 5]).rho, 1);
  assert.deepEqual(spearmanInterval([1, 2, 3, 4], [4, 4, 4, 4]), { rho: 0, low: 0, high: 0 });
});
