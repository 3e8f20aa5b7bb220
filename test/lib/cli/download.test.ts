import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { download, downloadAll } from "../../../lib/cli/download";
import { UserError } from "../../../lib/core/errors";
import { sha256 } from "../../../lib/core/files";
import { temporaryFolder } from "../../fixtures/assets/hostile";
import { type Answer, serve, status, tarOf, whole } from "../../fixtures/assets/server";

const weights = Buffer.from("weights".repeat(1000));
const images = { "data_batch_1.bin": Buffer.from("training"), "test_batch.bin": Buffer.from("testing") };
const archive = gzipSync(tarOf(images));
const checksums = Object.fromEntries(Object.entries(images).map(([name, content]) => [name, sha256(content)]));
const patience = { attempts: 2, pause: 5, silence: 1000 };
const base = temporaryFolder();
let folders = 0;

async function site(ofWeights: Answer = whole, ofArchive: Answer = whole) {
  const [first, second] = [
    await serve("weights.pth", weights, [ofWeights]),
    await serve("archive.tar.gz", archive, [ofArchive]),
  ];
  const folder = join(base, String(folders++));
  mkdirSync(folder);
  const requests = () => first.ranges.length + second.ranges.length;
  return { folder, requests, sources: { weights: first.file, archive: second.file, checksums } };
}

test("fetches both, unpacks the images, and asks nobody the second time", async () => {
  const { folder, sources, requests } = await site();
  await downloadAll(folder, sources, patience);
  assert.deepEqual(readdirSync(folder).sort(), ["archive.tar.gz", "cifar-10-batches-bin", "weights.pth"]);
  assert.ok(readFileSync(join(folder, "weights.pth")).equals(weights));
  assert.equal(readFileSync(join(folder, "cifar-10-batches-bin", "test_batch.bin"), "utf8"), "testing");
  await downloadAll(folder, sources, patience);
  assert.equal(requests(), 2);
});

test("takes what was put there by hand: the weights, and the archive or the unpacked images", async () => {
  const { folder, sources, requests } = await site();
  writeFileSync(join(folder, "weights.pth"), weights);
  writeFileSync(join(folder, "archive.tar.gz"), archive);
  await downloadAll(folder, sources, patience);
  assert.equal(readFileSync(join(folder, "cifar-10-batches-bin", "data_batch_1.bin"), "utf8"), "training");
  const other = await site();
  mkdirSync(join(other.folder, "cifar-10-batches-bin"));
  for (const [name, content] of Object.entries(images)) {
    writeFileSync(join(other.folder, "cifar-10-batches-bin", name), content);
  }
  writeFileSync(join(other.folder, "weights.pth"), weights);
  await downloadAll(other.folder, other.sources, patience);
  assert.equal(requests() + other.requests(), 0);
});

test("one that cannot be had does not keep the other away; the error names what to fetch", async () => {
  const { folder, sources } = await site(status(404));
  await assert.rejects(downloadAll(folder, sources, patience), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.match(
      error.message,
      /weights\.pth answers 404: fetch \S+ by hand, put it at \S+weights\.pth, and start again$/,
    );
    return true;
  });
  assert.deepEqual(readdirSync(folder).sort(), ["archive.tar.gz", "cifar-10-batches-bin"]);
});

test("two at once: one works, the other says who does", async () => {
  const { folder, sources } = await site();
  const [first, second] = await Promise.allSettled([
    downloadAll(folder, sources, patience),
    downloadAll(folder, sources, patience),
  ]);
  assert.equal(first.status, "fulfilled");
  assert.ok(second.status === "rejected" && second.reason instanceof UserError);
  assert.match(second.reason.message, new RegExp(`process ${process.pid}`));
});

test("knows --help, and refuses what it does not know", async (context) => {
  const log = context.mock.method(console, "log", () => {});
  assert.equal(await download(["--help"]), 0);
  assert.match(String(log.mock.calls[0].arguments[0]), /npm run download/);
  await assert.rejects(download(["--fast"]), UserError);
  await assert.rejects(download(["everything"]), UserError);
});
