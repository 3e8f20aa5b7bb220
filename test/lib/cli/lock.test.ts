import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, mock, test } from "node:test";
import { takeLock, untilInterrupted } from "../../../lib/cli/lock";
import { UserError } from "../../../lib/core/errors";
import { isInterrupted } from "../../../lib/core/interrupt";
import { root } from "../../../lib/core/paths";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
  file = join(folder, "build", "run.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Takes the lock in a process of its own, says so, and keeps it for a minute. */
const holder = () => {
  const module = JSON.stringify(join(root, "lib", "cli", "lock"));
  const code = `require(${module}).takeLock(${JSON.stringify(file)}); console.log("taken"); setTimeout(() => {}, 60000);`;
  return ["--import", "tsx", "-e", code];
};

test("a lock is taken, given back and taken again", () => {
  takeLock(file)();
  assert.equal(existsSync(file), false);
  takeLock(file)();
});

test("a second run is refused in one line that names the first, and changes nothing", () => {
  const release = takeLock(file);
  assert.throws(
    () => takeLock(file),
    (error) =>
      error instanceof UserError && error.message.includes(`another run is under way (process ${process.pid})`),
  );
  const other = spawnSync(process.execPath, holder(), { cwd: root, encoding: "utf8" });
  assert.equal(other.status, 1);
  assert.deepEqual(readdirSync(join(folder, "build")), ["run.lock"]);
  release();
});

test("a lock that was never written counts for nothing", () => {
  takeLock(file)();
  writeFileSync(file, "");
  utimesSync(file, 0, 0);
  takeLock(file)();
  assert.deepEqual(readdirSync(join(folder, "build")), []);
});

test("the lock of a killed run counts for nothing", async () => {
  const other = spawn(process.execPath, holder(), { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  await once(other.stdout, "data");
  assert.throws(() => takeLock(file), /another run is under way/);
  const ended = once(other, "exit");
  other.kill("SIGKILL");
  await ended;
  assert.equal(existsSync(file), true);
  takeLock(file)();
});

test("a lock of this process number from another time counts for nothing", {
  skip: process.platform !== "linux" && "needs /proc",
}, () => {
  const release = takeLock(file);
  const [pid, time] = readFileSync(file, "utf8").split(" ");
  release();
  writeFileSync(file, `${pid} ${Number(time) - 1}`);
  takeLock(file)();
  for (const content of ["", "no number", "999999999 1"]) {
    writeFileSync(file, content);
    takeLock(file)();
  }
});

test("where nothing can be written, it says so in one line", () => {
  writeFileSync(join(folder, "file"), "");
  assert.throws(() => takeLock(join(folder, "file", "build", "run.lock")), /^FileError: .*run\.lock: .* not a folder$/);
});

test("the first Ctrl-C interrupts the work, the next one ends the process as before", async () => {
  const ended = mock.fn();
  process.once("SIGINT", ended);
  const interrupted = await untilInterrupted(async () => {
    assert.equal(isInterrupted(), false);
    process.emit("SIGINT");
    assert.equal(ended.mock.callCount(), 0);
    return isInterrupted();
  });
  assert.equal(interrupted, true);
  process.emit("SIGINT");
  process.emit("SIGINT");
  assert.equal(ended.mock.callCount(), 1);
});

test("work that nothing interrupts leaves Ctrl-C as it was", async () => {
  const ended = mock.fn();
  process.once("SIGINT", ended);
  await assert.rejects(
    untilInterrupted(() => Promise.reject(new Error("no more"))),
    /no more/,
  );
  process.emit("SIGINT");
  assert.equal(ended.mock.callCount(), 1);
});
