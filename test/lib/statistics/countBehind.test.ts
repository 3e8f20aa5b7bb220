import assert from "node:assert/strict";
import { test } from "node:test";
import { countBehind } from "../../../lib/statistics/countBehind";

test("every count of 512 is found again from its two decimals", () => {
  for (let count = 0; count <= 512; count++)
    assert.equal(countBehind(Number(((100 * count) / 512).toFixed(2)), 512), count);
});

test("none where no count rounds to the percentage, or several do", () => {
  assert.equal(countBehind(8.05, 512), undefined);
  assert.equal(countBehind(8.01, 100000), undefined);
  assert.equal(countBehind(101, 512), undefined);
});
