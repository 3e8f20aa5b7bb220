import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryBandwidth } from "../../../lib/engines/memoryBandwidth";

test("small arrays give a rate of a plausible size, in GB/s", async () => {
  const rate = await memoryBandwidth(1, 2 ** 20);
  assert(rate > 0.05 && rate < 5000, String(rate));
});
