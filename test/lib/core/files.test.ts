import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { FileError } from "../../../lib/core/errors";
import { explainFileError, sha256, checksumOfFile, writeAtomically } from "../../../lib/core/files";
import { root } from "../../../lib/core/paths";
import { temporaryFolder } from "../../fixtures/assets/hostile";

const base = temporaryFolder();
let folders = 0;

function emptyFolder(): string {
  const folder = join(base, `folder-${folders++}`);
  mkdirSync(folder);
  return folder;
}

test("SHA-256 of the standard's examples, as bytes, text and file", async () => {
  // FIPS 180-2, appendix B.1, and the hash of nothing.
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(sha256("abc"), abc);
  assert.equal(sha256(Uint8Array.of(97, 98, 99)), abc);
  const file = join(emptyFolder(), "abc");
  writeFileSync(file, "abc");
  assert.equal(await checksumOfFile(file), abc);
  writeFileSync(file, "");
  assert.equal(await checksumOfFile(file), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("the hash of a file that spans many chunks is that of its bytes", async () => {
  const bytes = Uint8Array.from({ length: 300001 }, (_, i) => (i * i) >> 3);
  const file = join(emptyFolder(), "large");
  writeFileSync(file, bytes);
  assert.equal(await checksumOfFile(file), sha256(bytes));
});

test("a file that cannot be read is one line that names it", async () => {
  const folder = emptyFolder();
  for (const [file, reason] of [
    [join(folder, "none"), "does not exist"],
    [folder, "is a folder, not a file"],
  ]) {
    await assert.rejects(checksumOfFile(file), (error) => {
      assert.ok(error instanceof FileError);
      assert.equal(error.message, `${file}: ${reason}`);
      return true;
    });
  }
});

test("the system's errors get words; other values pass through as they are", () => {
  for (const code of ["ENOSPC", "EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "EEXIST", "EISDIR"]) {
    const explained = explainFileError("a.bin", Object.assign(new Error(`${code}: long\ntext`), { code })) as FileError;
    assert.ok(explained instanceof FileError);
    assert.match(explained.message, /^a\.bin: [a-z][^\n]+$/);
  }
  const other = new TypeError("a fault of the program");
  assert.equal(explainFileError("a.bin", other), other);
  assert.equal(explainFileError("a.bin", undefined), undefined);
});

test("a write makes the folders it needs and replaces what was there, with nothing beside it", async () => {
  const folder = emptyFolder();
  const file = join(folder, "deep", "down", "result.json");
  await writeAtomically(file, "first");
  await writeAtomically(file, Uint8Array.of(50, 110, 100));
  assert.equal(readFileSync(file, "utf8"), "2nd");
  assert.deepEqual(readdirSync(join(folder, "deep", "down")), ["result.json"]);
});

test("writers at once: a reader sees one of them whole at any time, the last state is whole too", async () => {
  const file = join(emptyFolder(), "shared");
  const contents = Array.from({ length: 16 }, (_, i) => String.fromCharCode(97 + i).repeat(200000));
  await writeAtomically(file, contents[0]);
  let writing = true;
  const seen = new Set<string>();
  const reader = async () => {
    while (writing) seen.add(await readFile(file, "utf8"));
  };
  const reading = reader();
  await Promise.all(contents.map((content) => writeAtomically(file, content)));
  writing = false;
  await reading;
  assert.ok([...seen].every((content) => contents.includes(content)));
  assert.ok(contents.includes(readFileSync(file, "utf8")));
  assert.deepEqual(readdirSync(join(file, "..")), ["shared"]);
});

test("a name that is a folder's, or lies under a file, is refused without a trace", async () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, "taken"));
  writeFileSync(join(folder, "taken", "precious"), "1");
  await assert.rejects(writeAtomically(join(folder, "taken"), "x"), /taken: is a folder, not a file$/);
  assert.deepEqual(readdirSync(join(folder, "taken")), ["precious"]);
  for (const below of ["x", "deeper/x"]) {
    const file = join(folder, "taken", "precious", below);
    await assert.rejects(writeAtomically(file, "x"), /: lies under something that is not a folder$/);
  }
  assert.deepEqual(readdirSync(folder), ["taken"]);
});

const permissionsCount = process.getuid?.() !== 0;
test("a folder without permission to write", { skip: !permissionsCount && "root may write anywhere" }, async () => {
  const folder = emptyFolder();
  chmodSync(folder, 0o555);
  await assert.rejects(writeAtomically(join(folder, "x"), "x"), /x: cannot be opened, permission denied$/);
  assert.deepEqual(readdirSync(folder), []);
});

/** Runs `script` where `base`/small is a disk of 64 KiB that vanishes with the process; needs user namespaces. */
function onSmallDisk(script: string) {
  const folder = join(base, "small");
  mkdirSync(folder, { recursive: true });
  const mount = `mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"`;
  const node = [process.execPath, "--import", pathToFileURL(require.resolve("tsx")).href, "-e", script, folder];
  return spawnSync("unshare", ["-rm", "sh", "-c", mount, "sh", folder, ...node], { encoding: "utf8", cwd: root });
}

test("on a full disk the old file stays, no part of the new one is left, and the error says so", (t) => {
  if (spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", base]).status !== 0)
    return t.skip("this system lets no test mount a small disk");
  const { stdout, stderr } = onSmallDisk(`
    const { writeAtomically } = require("./lib/core/files");
    const { readdirSync, readFileSync } = require("node:fs");
    const folder = process.argv[1];
    (async () => {
      await writeAtomically(folder + "/kept", "old");
      const error = await writeAtomically(folder + "/kept", new Uint8Array(100000)).catch((error) => error);
      console.log(JSON.stringify([error.name, error.reason, readdirSync(folder), readFileSync(folder + "/kept", "utf8")]));
    })();`);
  assert.deepEqual(
    JSON.parse(stdout || "null"),
    ["FileError", "cannot be written, the disk is full", ["kept"], "old"],
    stderr,
  );
});
