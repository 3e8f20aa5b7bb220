import assert from "node:assert/strict";
import { test } from "node:test";
import { waysTable } from "../../../../lib/cli/compress/tables";
import type { SpeedPlan } from "../../../../lib/compression/allocate/speedPlan";

const plan = (precision: SpeedPlan["precision"], ranks: (number | undefined)[], speedup: number, loss: number) => ({
  precision,
  ranks: new Map(ranks.map((output, i) => [`layer ${i}`, output === undefined ? undefined : { output }])),
  loss,
  predictedMs: { original: 1, compressed: 1 },
  speedup,
  inFp32: new Set<string>(),
  busy: 0,
});

test("of each precision the table tells how many layers are split, how fast that is, and what it is predicted to lose", () => {
  const table = waysTable([plan("fp32", [8, undefined, 16], 2.021, 0.0451), plan("int8", [undefined], 3.2, 0.00132)]);
  const [, ...rows] = table.split("\n").filter((line) => /^(fp32|int8|conv)/.test(line));
  assert.match(rows[0], /^fp32 +2 of 3 +2\.02 +0\.045$/);
  assert.match(rows[1], /^int8 +0 of 1 +3\.20 +0\.0013$/);
});
