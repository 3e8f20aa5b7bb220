import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { buildFolder, demoFolder, downloadFolder, referenceFolder, root } from "../../../lib/core/paths";

const here = resolve(__dirname, "..", "..", "..");

/** The root as a process sees it that starts in the folder. */
function rootFrom(cwd: string) {
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const script = `console.log(require(${JSON.stringify(join(here, "lib", "core", "paths"))}).root)`;
  return spawnSync(process.execPath, ["--import", tsx, "-e", script], { cwd, encoding: "utf8" });
}

test("the root is found from any folder of the project", () => {
  assert.equal(root, here);
  assert.equal(rootFrom(join(here, "lib", "network")).stdout.trim(), here);
});

test("outside the project it says where to start", () => {
  const { status, stderr } = rootFrom(tmpdir());
  assert.notEqual(status, 0);
  assert.match(stderr, /is not inside the project's folder: start there instead/);
});

test("what can be computed or downloaded again lies where git ignores it; the committed files are there", () => {
  const ignored = readFileSync(join(root, ".gitignore"), "utf8").split("\n");
  for (const folder of [buildFolder, downloadFolder]) assert.ok(ignored.includes(`${relative(root, folder)}/`), folder);
  assert.ok(existsSync(join(demoFolder, "checksums.json")));
  assert.ok(existsSync(join(referenceFolder, "first-test-labels.json")));
});
