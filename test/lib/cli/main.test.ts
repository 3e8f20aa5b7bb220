import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { root } from "../../../lib/core/paths";
import { copyCheckout, removeCheckout, runCommand } from "../../support/checkout";

const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
after(() => rmSync(folder, { recursive: true }));
const empty = join(folder, "empty.pth");
writeFileSync(empty, "");

function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, ...environment };
  return spawnSync(process.execPath, ["--import", "tsx", "lib/cli/main.ts", ...args], {
    cwd: root,
    encoding: "utf8",
    env,
  });
}

const wrong: [string[], RegExp, NodeJS.ProcessEnv?][] = [
  [["start", "2"], /^npm took --weights .* npm start -- 2 --weights x\.pth$/, { npm_config_weights: "x.pth" }],
  [["compress"], /^npm took --speedup .* npm run compress -- --speedup 3$/, { npm_config_speedup: "3" }],
  [["start", "x.pth"], /^there is no chapter "x\.pth": .* npm start -- --weights FILE --images DIR$/],
  [[], /^commands are start, lab, native, download, bench, compress, not ""$/],
  [["constructor"], /^commands are /],
  [["start", "--inplcae"], /^Unknown option '--inplcae': see npm start -- --help$/],
  [["start", "--check", "--inplace"], /^--check compares with the outputs that --inplace replaces: give one of them$/],
  [["start", "99"], /^there is no chapter "99": /],
  [["start", "--weights", join(folder, "none.pth")], /none\.pth: does not exist$/],
  [["start", "--weights", empty], /empty\.pth: /],
  [["start", "--threads", "none"], /^--threads takes a whole number above 0/],
  [["lab", "--ports", "1"], /^Unknown option '--ports': see npm run lab -- --help$/],
  [["native", "now"], /^Unexpected argument .now.: see npm run native -- --help$/],
];
for (const [args, message, environment] of wrong)
  test(`one line and exit code 1: ${args.join(" ").replace(folder, "…") || "no command"}`, () => {
    const { status, stdout, stderr } = run(args, environment);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr.replace(/\n$/, ""), message);
    assert.doesNotMatch(stderr.replace(/\n$/, ""), /\n/);
  });

for (const command of ["start", "lab", "native", "download", "bench", "compress"])
  test(`${command} --help says what it does`, () => {
    const { status, stdout, stderr } = run([command, "--help"]);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^npm (run )?${command}`));
    assert.equal(stderr, "");
  });

test("without Jupyter, npm run lab says in one line how to get it", () => {
  // In a copy: this checkout may have a JupyterLab of its own under build/.
  const checkout = copyCheckout("own");
  const { status, stderr } = runCommand(checkout, ["lab"], { PATH: folder });
  removeCheckout(checkout);
  assert.equal(status, 1);
  assert.match(stderr, /^JupyterLab is not installed: npm run lab -- --install [^\n]*\n$/);
});
