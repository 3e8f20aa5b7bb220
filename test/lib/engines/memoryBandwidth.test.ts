import assert from "node:assert/strict";
import { test } from "node:test";
import { bandwidthOf, memoryBandwidth } from "../../../lib/engines/memoryBandwidth";

const operator = (name: string, operator: string, ms: number) => ({ name, operator, ms });

test("the fastest sum counts: two arrays of float32 read, one written", () => {
  const times = [operator("first", "Relu", 0.1), operator("sum0", "Add", 3), operator("sum1", "Add", 2)];
  assert.equal(bandwidthOf(times, 1e6), (3 * 4e6) / 1e9 / 0.002);
});

test("the engine runs the sums under those names", async () => {
  assert.ok(Number.isFinite(await memoryBandwidth(1, 2 ** 16)));
});
