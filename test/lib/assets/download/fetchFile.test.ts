import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fetchFile, type Patience } from "../../../../lib/assets/download/fetchFile";
import { FileError, UserError } from "../../../../lib/core/errors";
import { Random } from "../../../../lib/core/random";
import { temporaryFolder } from "../../../fixtures/assets/hostile";
import { part, serve, status, whole, withoutRanges } from "../../../fixtures/assets/server";

const random = new Random(5);
const content = Buffer.from(Uint8Array.from({ length: 300_000 }, () => random.integer(256)));
const patience: Patience = { attempts: 3, pause: 5, silence: 400 };
const base = temporaryFolder();
let folders = 0;

/** A target in a folder of its own. */
function freshTarget(): string {
  const folder = join(base, String(folders++));
  mkdirSync(folder);
  return join(folder, "file.bin");
}

function arrived(target: string) {
  assert.ok(readFileSync(target).equals(content));
  assert.deepEqual(readdirSync(join(target, "..")), ["file.bin"]);
}

test("fetches, verifies and names a file; the second time it asks nobody", async () => {
  const { file, ranges } = await serve("file.bin", content, [whole]);
  const target = freshTarget();
  await fetchFile(file, target, patience);
  arrived(target);
  await fetchFile(file, target, patience);
  assert.deepEqual(ranges, [""]);
});

test("goes on where a server broke off, also several times", async () => {
  const { file, ranges } = await serve("file.bin", content, [part(100_000), part(50_000), part(1), whole]);
  const target = freshTarget();
  await fetchFile(file, target, patience);
  arrived(target);
  assert.equal(ranges.length, 4);
  const starts = ranges.slice(1).map((range) => Number(/\d+/.exec(range)));
  // What a server sent just before it broke off may be lost, so that a part can bring nothing.
  assert.ok(starts[0] > 0 && starts[1] >= starts[0] && starts[2] >= starts[1], String(starts));
});

test("starts again where a server knows no ranges", async () => {
  const { file, ranges } = await serve("file.bin", content, [part(100_000), withoutRanges]);
  const target = freshTarget();
  await fetchFile(file, target, patience);
  arrived(target);
  assert.match(ranges[1], /^bytes=\d+-$/);
});

test("starts again where a server sends another range, or finds it not satisfiable", async () => {
  for (const wrong of [status(416), status(206)]) {
    const { file, ranges } = await serve("file.bin", content, [part(100_000), wrong, whole]);
    const target = freshTarget();
    await fetchFile(file, target, patience);
    arrived(target);
    assert.deepEqual([ranges.length, ranges[2]], [3, ""]);
  }
});

test("tries again after 500, 503 and silence, each time later", async () => {
  for (const bad of [status(500), status(503), status(429), part(0, true)]) {
    const { file, ranges } = await serve("file.bin", content, [bad, bad, whole]);
    const target = freshTarget();
    await fetchFile(file, target, patience);
    arrived(target);
    assert.equal(ranges.length, 3);
  }
});

function refused(work: Promise<void>, reason: RegExp) {
  return assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, reason);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

test("gives up with one line that says what to fetch and where to put it; what has come stays", async () => {
  const { file, ranges } = await serve("file.bin", content, [part(100_000), status(500)]);
  const target = freshTarget();
  await refused(
    fetchFile(file, target, patience),
    /answers 500: fetch http:\S+ by hand, put it at \S+file\.bin, and start/,
  );
  assert.equal(ranges.length, 1 + 2);
  assert.ok(statSync(`${target}.partial`).size > 0);
  assert.ok(!existsSync(target));
});

test("a refusal, or a page of another length, is final at once and keeps what has come", async () => {
  for (const no of [status(404), status(403), status(200)]) {
    const { file, ranges } = await serve("file.bin", content, [no]);
    const target = freshTarget();
    writeFileSync(`${target}.partial`, content.subarray(0, 1000));
    await refused(fetchFile(file, target, patience), /answers 40[34]: fetch|offers 2 bytes, not 300000: fetch/);
    assert.equal(ranges.length, 1);
    assert.equal(statSync(`${target}.partial`).size, 1000);
  }
});

test("says so when nobody answers", async () => {
  const { file, stop } = await serve("file.bin", content, [whole]);
  stop();
  await refused(fetchFile(file, freshTarget(), patience), /cannot be reached .*ECONNREFUSED.*fetch http:\S+ by hand/);
});

test("refuses wrong bytes and leaves nothing of them", async () => {
  const wrong = Buffer.from(content);
  wrong[200_000] ^= 1;
  const { file } = await serve("file.bin", content, [(request, response) => whole(request, response, wrong)]);
  const target = freshTarget();
  await refused(fetchFile(file, target, patience), /sent another file/);
  assert.deepEqual(readdirSync(join(target, "..")), []);
});

test("a partial file that is not the beginning of the right one is dropped", async () => {
  for (const stray of [Buffer.alloc(5000), Buffer.alloc(content.length), Buffer.alloc(content.length + 1)]) {
    const { file } = await serve("file.bin", content, [whole]);
    const target = freshTarget();
    writeFileSync(`${target}.partial`, stray);
    await fetchFile(file, target, patience);
    arrived(target);
  }
});

test("a file put there by hand is verified", async () => {
  const { file, ranges } = await serve("file.bin", content, [whole]);
  const target = freshTarget();
  writeFileSync(target, content);
  await fetchFile(file, target, patience);
  writeFileSync(target, content.subarray(1));
  await assert.rejects(fetchFile(file, target, patience), FileError);
  assert.deepEqual(ranges, []);
});

test("a folder that cannot be written is an error that names it", async () => {
  const { file } = await serve("file.bin", content, [whole]);
  const blocked = freshTarget();
  writeFileSync(blocked, "a file");
  await refused(fetchFile(file, join(blocked, "file.bin"), patience), /lies under something that is not a folder/);
});

test("a full disk is an error that names the file", { skip: !existsSync("/dev/full") && "no /dev/full" }, async () => {
  const { file } = await serve("file.bin", content, [whole]);
  const target = freshTarget();
  symlinkSync("/dev/full", `${target}.partial`);
  await refused(fetchFile(file, target, patience), /file\.bin\.partial: cannot be written, the disk is full/);
});

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  test(`a download ended by ${signal} goes on where it was`, async () => {
    const { file, ranges } = await serve("file.bin", content, [part(150_000, true), whole]);
    const target = freshTarget();
    const child = spawn(process.execPath, [
      ...["--import", "tsx", join(__dirname, "../../../fixtures/assets/fetchSlowly.ts")],
      ...[JSON.stringify(file), target],
    ]);
    const ended = new Promise((resolve) => child.on("exit", (_code, by) => resolve(by)));
    while (!existsSync(`${target}.partial`) || statSync(`${target}.partial`).size < 150_000) {
      assert.equal(child.exitCode, null, "the child ended by itself");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill(signal);
    assert.equal(await ended, signal);
    assert.deepEqual(readdirSync(join(target, "..")), ["file.bin.partial"]);
    await fetchFile(file, target, patience);
    arrived(target);
    assert.deepEqual(ranges, ["", "bytes=150000-"]);
  });
}
