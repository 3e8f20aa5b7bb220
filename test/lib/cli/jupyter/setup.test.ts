import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { installJupyter, ownJupyter } from "../../../../lib/cli/jupyter/setup";
import { temporaryFolder } from "../../../fixtures/assets/hostile";

/** Programs that succeed unless the arguments hold the text; what was run is kept. */
function programs(failing?: string, output = "") {
  const ran: string[] = [];
  const run = (command: string, args: string[]) => {
    const line = [command, ...args].join(" ");
    ran.push(line);
    return failing && line.includes(failing) ? { status: 1, output } : { status: 0, output: "" };
  };
  return { ran, run };
}

test("a set-up makes an environment, installs pinned versions and counts as complete only then", async () => {
  const folder = join(temporaryFolder(), "venv");
  const said: string[] = [];
  const { ran, run } = programs();
  assert.equal(ownJupyter(folder), undefined);
  const jupyter = await installJupyter((line) => said.push(line), run, folder);
  assert.equal(ownJupyter(folder), jupyter);
  assert.equal(said.length, 3);
  assert.ok(ran.some((line) => line.endsWith(`-m venv ${folder}`)));
  assert.match(ran.at(-1) ?? "", /pip install .*jupyterlab==4\.\d+\.\d+/);
  const before = ran.length;
  await installJupyter(() => assert.fail("a complete set-up says nothing"), run, folder);
  assert.equal(ran.length, before);
});

test("an interrupted set-up is begun again", async () => {
  const folder = join(temporaryFolder(), "venv");
  mkdirSync(folder);
  writeFileSync(join(folder, "half"), "");
  await installJupyter(() => {}, programs().run, folder);
  assert.ok(!existsSync(join(folder, "half")));
});

for (const [what, failing, output, expected] of [
  ["no Python", "version_info", "", /Python 3\.9 or later/],
  ["no venv", "-m venv", "ensurepip is not available", /ensurepip is not available.*python3-venv/],
  ["offline", "pip install", "ERROR: a\nERROR: No matching distribution", /No matching distribution\).*go online/],
] as const)
  test(`${what}: one line says what is missing and how to get it`, async () => {
    const folder = join(temporaryFolder(), "venv");
    await assert.rejects(
      installJupyter(() => {}, programs(failing, output).run, folder),
      { name: "UserError", message: expected },
    );
    assert.equal(ownJupyter(folder), undefined);
  });
