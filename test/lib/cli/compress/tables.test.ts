import assert from "node:assert/strict";
import { test } from "node:test";
import { triedTable, waysTable } from "../../../../lib/cli/compress/tables";
import type { SpeedPlan } from "../../../../lib/compression/allocate/speedPlan";
import { comparePredictions } from "../../../../lib/compression/comparePredictions";
import type { Candidate } from "../../../../lib/compression/compressNetwork";

const plan = (precision: SpeedPlan["precision"], ranks: (number | undefined)[], speedup: number, loss: number) => ({
  precision,
  ranks: new Map(ranks.map((output, i) => [`layer ${i}`, output === undefined ? undefined : { output }])),
  loss,
  predictedMs: { original: 1, compressed: 1 },
  speedup,
  inFp32: new Set<string>(),
  busy: 0,
});
const rowsOf = (table: string) => table.split("\n").filter((line) => /^(low rank|int8)/.test(line));

test("of each way the table tells how many layers are split, how fast that is, and what it is predicted to lose", () => {
  const rows = rowsOf(
    waysTable([
      plan("fp32", [8, undefined, 16], 2.021, 0.0451),
      plan("int8", [undefined, undefined, undefined], 3.2, 0.00132),
      plan("int8", [undefined, undefined, 8], 4, 0.01),
    ]),
  );
  assert.match(rows[0], /^low rank +2 of 3 +2\.02 +0\.045$/);
  assert.match(rows[1], /^int8 +none +3\.20 +0\.0013$/);
  assert.match(rows[2], /^low rank, int8 +1 of 3 +4\.00 +0\.010$/);
});

test("of what was tried it tells what was lost on the held-out images, with its interval", () => {
  const labels = new Int32Array(200);
  const heldOut = comparePredictions(
    labels,
    labels.map((_, i) => (i < 3 ? 1 : 0)),
    labels,
  );
  const candidate = { copy: { plan: plan("int8", [8], 5.5, 0.1) }, heldOut } as unknown as Candidate;
  const [row] = rowsOf(triedTable([candidate]));
  const [, lost, low, high] = row.match(/^low rank, int8 +1 of 1 +5\.50 +(1\.50) \((\S+) to (\S+)\)$/) ?? [];
  assert.equal(Number(lost), 1.5);
  assert.ok(Number(low) < 1.5 && 1.5 < Number(high));
});
