import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { assetsKey } from "../../../lib/claims/claims";
import { collectClaims } from "../../../lib/claims/settle";
import { UserError } from "../../../lib/core/errors";

const folder = mkdtempSync(join(tmpdir(), "low-rank-claims-"));
after(() => rmSync(folder, { recursive: true }));

const inUse = {
  weights: { provenance: "demo", sha256: "a".repeat(64) },
  images: { provenance: "demo", sha256: "b".repeat(64) },
} as const;
const leave = (number: number, assets = assetsKey(inUse), place = folder) =>
  writeFileSync(join(place, `chapter-${number}.json`), JSON.stringify([{ id: `${number}.something`, assets }]));
const refused = (message: RegExp) =>
  assert.throws(
    () => collectClaims(inUse, [2, 3], folder),
    (error) => error instanceof UserError && message.test(error.message),
  );

test("a chapter that has not run is named, with what to do; one that ran varied counts as that", () => {
  leave(2);
  refused(/chapter 3 has no results .* yet: run it first/);
  mkdirSync(join(folder, "varied"));
  leave(3, assetsKey(inUse), join(folder, "varied"));
  refused(/chapter 3 has no results with the report's settings yet/);
});

test("the claims come in the order of the chapters asked for", () => {
  for (const number of [2, 3]) leave(number);
  assert.deepEqual(
    collectClaims(inUse, [3, 2], folder).map(({ id }) => id),
    ["3.something", "2.something"],
  );
});

test("results of other assets are refused", () => {
  leave(3, "other+files");
  refused(/chapter 3 ran on other weights or images/);
});
