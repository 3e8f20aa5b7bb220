import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzzCheckpoints } from "../../../fuzz/checkpoints";

test("a changed file of any kind gives a state dict or a FileError of one line, soon and in little memory", async () => {
  const { read, refused, slowestMs, memory } = await fuzzCheckpoints(1500, 11);
  assert.ok(read > 50 && refused > 500, `${read} read, ${refused} refused`);
  assert.ok(slowestMs < 2000, `${slowestMs} ms`);
  assert.ok(memory.after - memory.before < 1000, JSON.stringify(memory));
});
