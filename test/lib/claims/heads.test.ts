import assert from "node:assert/strict";
import { test } from "node:test";
import { atEveryKeep, atKeep, reportedHeads } from "../../../lib/claims/heads";

test("the report's heads have the names of their claims", () => {
  assert.deepEqual(
    reportedHeads.map(({ name, keep, rank }) => [name, keep, rank]),
    [
      ["base", 1, 10],
      ["keep50", 0.5, 5],
      ["keep20", 0.2, 2],
    ],
  );
});

test("what was measured is found by its keep ratio, whatever its order", () => {
  const measured = [{ keep: 0.2 }, { keep: 1 }, { keep: 0.1 + 0.4 }];
  assert.equal(atKeep(measured, 0.5), measured[2]);
  assert.equal(atKeep(measured, 0.3), undefined);
  assert.deepEqual(atEveryKeep(measured), [measured[1], measured[2], measured[0]]);
  assert.equal(atEveryKeep(measured.slice(1)), undefined);
});
