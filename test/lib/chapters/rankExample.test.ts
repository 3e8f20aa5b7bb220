import assert from "node:assert/strict";
import { test } from "node:test";
import { rankExample } from "../../../lib/chapters/rankExample";

test("the measured error of every truncation is what Eckart and Young predict, down to 0 at full rank", () => {
  const rows = rankExample();
  assert.deepEqual(
    rows.map(({ k }) => k),
    [1, 2, 3, 4],
  );
  for (const { k, predicted, measured } of rows) assert.ok(Math.abs(predicted - measured) < 1e-8, `rank ${k}`);
  assert.equal(rows[3].measured, 0);
  for (let i = 1; i < 4; i++) assert.ok(rows[i].measured < rows[i - 1].measured - 1e-3, "each rank lowers the error");
});
