import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { runs, temporaryFolder } from "../../../lib/core/temporary";

const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
process.env.TMPDIR = folder;
after(() => rmSync(folder, { recursive: true }));

test("what processes that are gone left is removed, what others use or made stays", () => {
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  assert.deepEqual([runs(gone), runs(process.pid), runs(process.ppid)], [false, true, true]);
  const [left, used, foreign] = [
    `low-rank-kernel-of-${gone}-abc`,
    `low-rank-batches-of-${process.ppid}-abc`,
    `low-rank-test-${gone}`,
  ];
  for (const name of [left, used, foreign]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "connection.json"), "{}");
  }
  const own = [temporaryFolder("kernel"), temporaryFolder("kernel")].map((path) => basename(path));
  assert.equal(new Set(own).size, 2);
  assert.deepEqual(readdirSync(folder).sort(), [used, foreign, ...own].sort());
});
