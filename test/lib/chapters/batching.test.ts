import assert from "node:assert/strict";
import { test } from "node:test";
import { batchingFinding } from "../../../lib/chapters/batching";

test("batching gains what does not depend on the number of heads", () => {
  // 20 ms whatever the number of heads, and 2 ms a head.
  const text = batchingFinding(22, 100, 40);
  assert.match(text, /alone: 22 ms; of 40 heads in one batch: 100 ms, 2\.5 ms a head, 8\.8 × as fast/);
  assert.match(text, /further head of the batch takes 2\.0 ms: 91 % of what one head takes alone/);
});

test("where heads cost the same in a batch as alone, there is nothing to gain", () => {
  assert.match(batchingFinding(10, 400, 40), /1\.0 × as fast.* takes 10\.0 ms: 0 %/);
  assert.match(batchingFinding(10, 500, 40), /0\.8 × as fast.*: 0 %/);
});
