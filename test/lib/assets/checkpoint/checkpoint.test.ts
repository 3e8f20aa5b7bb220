import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readCheckpoint } from "../../../../lib/assets/checkpoint/checkpoint";
import { FileError } from "../../../../lib/core/errors";
import { sha256 } from "../../../../lib/core/files";
import { fixture, safetensors, temporaryFolder } from "../../../fixtures/assets/hostile";

const folder = temporaryFolder();
const half = safetensors({ a: { dtype: "F16", shape: [2], data_offsets: [0, 4] } }, Buffer.from([0, 0x3c, 0, 0x40]));

function saved(name: string, content: Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

function refused(file: string, reason: RegExp) {
  return assert.rejects(
    readCheckpoint(file),
    (error: unknown) => error instanceof FileError && error.file === file && reason.test(error.reason),
  );
}

test("the content decides the reader", async () => {
  const [zip, legacy] = [fixture("small.pth"), fixture("small-legacy.pth")];
  const fromZip = await readCheckpoint(saved("a.pth", zip));
  assert.equal(fromZip.sha256, sha256(zip));
  assert.deepEqual((await readCheckpoint(saved("b.pt", legacy))).stateDict, fromZip.stateDict);
  assert.deepEqual((await readCheckpoint(saved("c", zip))).stateDict, fromZip.stateDict);
  assert.deepEqual([...(await readCheckpoint(saved("d.safetensors", half))).stateDict.get("a")!.data], [1, 2]);
});

test("refuses a file whose name promises another kind", async () => {
  await refused(saved("renamed.pth", half), /named as a torch file but holds safetensors/);
  await refused(saved("renamed.safetensors", fixture("small.pth")), /named as a safetensors file but holds torch/);
});

test("refuses what is missing, empty, a folder, foreign, or a page that a server sent instead", async () => {
  await refused(join(folder, "missing.pth"), /does not exist/);
  await refused(folder, /is a folder/);
  await refused(saved("empty.pth", Buffer.alloc(0)), /is empty/);
  await refused(
    saved("page.pth", Buffer.from("<!DOCTYPE html><title>404</title>")),
    /page of the web, .*neither a file of torch\.save/,
  );
  await refused(saved("zeros.safetensors", Buffer.alloc(1000)), /neither/);
  await refused(saved("short.pth", Buffer.from("PK")), /neither/);
});

test("says what a file is that is none of the kinds read", async () => {
  const kinds: [string | Buffer, RegExp][] = [
    [Buffer.from("80049503000000000000007d942e", "hex"), /a pickle of protocol 4, .*pickle\.load/],
    ['{"a": 3}', /a JSON file/],
    [Buffer.from("\x89HDF\r\n", "latin1"), /an HDF5 file/],
    ["version https://git-lfs.github.com/spec/v1\n", /git lfs pull/],
    [Buffer.from("1f8b0800", "hex"), /a gzip file/],
  ];
  for (const [content, reason] of kinds) {
    await refused(saved("other.pth", Buffer.from(content)), reason);
    await refused(saved("other.pth", Buffer.from(content)), /^(?!.*damaged)/);
  }
});

const assets = process.env.LOW_RANK_ASSETS;

test("reads a whole ResNet-18", { skip: !assets && "LOW_RANK_ASSETS is not set" }, async () => {
  const { stateDict } = await readCheckpoint(join(assets!, "resnet18-surrogate.pth"));
  assert.equal(stateDict.size, 122);
  assert.deepEqual(stateDict.get("layer2.0.conv1.weight")!.shape, [128, 64, 3, 3]);
  assert.deepEqual(stateDict.get("fc.weight")!.shape, [1000, 512]);
  assert.ok([...stateDict.values()].every(({ data }) => data.every(Number.isFinite)));
});
