import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { missingFiles, unpackCifar10 } from "../../../../lib/assets/images/cifarArchive";
import { cifarFolder } from "../../../../lib/assets/officialFiles";
import { FileError } from "../../../../lib/core/errors";
import { sha256 } from "../../../../lib/core/files";
import { Random } from "../../../../lib/core/random";
import { temporaryFolder } from "../../../fixtures/assets/hostile";
import { tarOf } from "../../../fixtures/assets/server";

const random = new Random(6);
const bytes = (length: number) => Buffer.from(Uint8Array.from({ length }, () => random.integer(256)));
const files = { "a.bin": bytes(70_000), "readme.html": bytes(5), "empty.txt": bytes(0), "b.bin": bytes(512) };
const checksums = { "a.bin": sha256(files["a.bin"]), "b.bin": sha256(files["b.bin"]) };
const archive = gzipSync(tarOf(files));
const base = temporaryFolder();
let folders = 0;

function folderWith(content: Buffer): string {
  const folder = join(base, String(folders++));
  mkdirSync(folder);
  writeFileSync(join(folder, "some.tar.gz"), content);
  return folder;
}

const unpack = (folder: string) => unpackCifar10(join(folder, "some.tar.gz"), folder, undefined, checksums);

function refused(content: Buffer, reason: RegExp) {
  return assert.rejects(
    unpack(folderWith(content)),
    (error: unknown) => error instanceof FileError && reason.test(error.reason),
  );
}

test("unpacks the files it knows, and no others", async () => {
  const folder = folderWith(archive);
  assert.deepEqual(await missingFiles(folder, checksums), ["a.bin", "b.bin"]);
  await unpack(folder);
  assert.deepEqual(readdirSync(join(folder, cifarFolder)).sort(), ["a.bin", "b.bin"]);
  assert.ok(readFileSync(join(folder, cifarFolder, "a.bin")).equals(files["a.bin"]));
  assert.deepEqual(await missingFiles(folder, checksums), []);
});

test("replaces a file that is there but wrong", async () => {
  const folder = folderWith(archive);
  mkdirSync(join(folder, cifarFolder));
  writeFileSync(join(folder, cifarFolder, "b.bin"), "wrong");
  await unpack(folder);
  assert.ok(readFileSync(join(folder, cifarFolder, "b.bin")).equals(files["b.bin"]));
});

test("refuses an archive that is cut, foreign, incomplete, or holds another content", async () => {
  for (const length of [0, 5, 100, 30_000, archive.length - 600])
    await refused(archive.subarray(0, length), /damaged|lacks/);
  await refused(Buffer.from("<html>"), /damaged or incomplete/);
  await refused(gzipSync(Buffer.alloc(4096, 7)), /is damaged/);
  await refused(gzipSync(tarOf({ "a.bin": files["a.bin"] })), /lacks b\.bin/);
  await refused(gzipSync(tarOf({ "a.bin": files["b.bin"] })), /its a\.bin is not the official one/);
  const claims = tarOf({ "a.bin": bytes(10) });
  claims.write("77777777777\0", 124);
  await refused(gzipSync(claims), /is damaged/);
});

test("a name with folders cannot leave the folder", async () => {
  const folder = folderWith(gzipSync(tarOf({ "../../a.bin": files["a.bin"], "b.bin": files["b.bin"] })));
  await unpack(folder);
  assert.ok(existsSync(join(folder, cifarFolder, "a.bin")));
  assert.deepEqual(readdirSync(folder).sort(), [cifarFolder, "some.tar.gz"]);
});
