import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { kernelName, registerKernel, unregisterKernel, userKernels } from "../../../../lib/cli/jupyter/kernelspec";
import { temporaryFolder } from "../../../fixtures/assets/hostile";

test("the user's kernels lie where jupyter_core looks for them", () => {
  assert.equal(userKernels({}, "linux", "/home/a"), join("/home/a/.local/share/jupyter/kernels"));
  assert.equal(userKernels({ XDG_DATA_HOME: "/x" }, "linux", "/home/a"), join("/x/jupyter/kernels"));
  assert.equal(userKernels({}, "darwin", "/Users/a"), join("/Users/a/Library/Jupyter/kernels"));
  assert.equal(userKernels({ APPDATA: "/r" }, "win32", "/u"), join("/r/jupyter/kernels"));
  assert.equal(userKernels({ JUPYTER_DATA_DIR: "/d" }, "linux", "/home/a"), join("/d/kernels"));
});

test("a registered kernel can be taken away again, and only that", async () => {
  const kernels = temporaryFolder();
  assert.equal(unregisterKernel(kernels), false);
  const folder = await registerKernel(kernels);
  const { argv } = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"));
  assert.equal(argv[1], join(folder, "start.cjs"));
  assert.ok(existsSync(argv[1]));
  assert.equal(unregisterKernel(kernels), true);
  assert.equal(existsSync(join(kernels, kernelName)), false);
});

test("a kernel whose checkout has moved says so and how to register again", async () => {
  const script = join(await registerKernel(temporaryFolder()), "start.cjs");
  writeFileSync(script, readFileSync(script, "utf8").replace(/join\("[^"]+"/, 'join("/moved/away"'));
  const { status, stderr } = spawnSync(process.execPath, [script, "connection.json"], { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /no longer there.*npm run lab -- --register/);
  assert.equal(stderr.trim().split("\n").length, 1);
});
