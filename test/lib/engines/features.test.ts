import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { firstImages, type LabelledImages } from "../../../lib/assets/images/labelledImages";
import { preprocess } from "../../../lib/assets/images/preprocess";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { FileError, UserError } from "../../../lib/core/errors";
import { features } from "../../../lib/engines/features";
import type { Engine } from "../../../lib/engines/engine";
import type { Network } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { countingEngine, randomImages, tinyNetwork } from "../../support/countingEngine";
import { formulaStateDict } from "../../support/formulaWeights";

let cacheFolder: string;
beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), "features-"));
});
afterEach(() => rmSync(cacheFolder, { recursive: true }));

const images = randomImages(200);

interface Changes {
  network?: Network;
  images?: LabelledImages;
  engine?: Engine;
  node?: string;
  fresh?: boolean;
  folder?: string;
  onProgress?: (done: number, total: number) => void;
}

/** Extracts with the counting engine. @returns the features, their labels and the batches that had to be run. */
async function extract(changed: Changes = {}) {
  const batches: number[] = [];
  const { network = tinyNetwork, images: of = images, engine = countingEngine(batches), node, onProgress } = changed;
  const { fresh = false, folder = cacheFolder } = changed;
  return { ...(await features(network, of, engine, { node, cache: { fresh, folder }, onProgress })), batches };
}

test("images go through in batches of 64, in order, with progress", async () => {
  const seen: number[][] = [];
  const { features, labels, batches } = await extract({ onProgress: (...progress) => seen.push(progress) });
  assert.deepEqual(batches, [64, 64, 64, 8]);
  assert.deepEqual(seen, [
    [64, 200],
    [128, 200],
    [192, 200],
    [200, 200],
  ]);
  assert.deepEqual(features.shape, [200, 2]);
  assert.deepEqual(labels, images.labels);
  const last = preprocess(images, 199, 200).data.subarray(0, 128 * 128);
  const mean = last.reduce((sum, value) => sum + value, 0) / last.length;
  assert(Math.abs(features.data[2 * 199] - mean) < 1e-5);
});

test("the second time the cache answers, with the same bits; fresh computes again", async () => {
  const { features, labels } = await extract();
  const seen: number[][] = [];
  const again = await extract({ onProgress: (...progress) => seen.push(progress) });
  assert.deepEqual(again, { features, labels, batches: [] });
  assert.deepEqual(seen, [[200, 200]]);
  assert.equal((await extract({ fresh: true })).batches.length, 4);
});

test("whatever the features depend on makes another entry", async () => {
  await extract();
  const added: Network = { nodes: [...tinyNetwork.nodes, { kind: "relu", name: "relu", input: "avgpool" }] };
  const others: Record<string, Changes> = {
    node: { network: added, node: "relu" },
    images: { images: randomImages(200, 1) },
    count: { images: firstImages(images, 199) },
    engine: { engine: { ...countingEngine([]), version: "2" } },
  };
  let entries = readdirSync(cacheFolder).length;
  assert.equal(entries, 1);
  for (const [name, other] of Object.entries(others)) {
    await extract(other);
    assert.equal(readdirSync(cacheFolder).length, ++entries, name);
  }
  // What lies behind the node does not matter.
  assert.deepEqual((await extract({ network: added })).batches, []);
});

test("surgery on a network makes another entry, though it comes from the same checkpoint", async () => {
  const network = readNetwork(formulaStateDict(10), "formula").network;
  const changed: Network = structuredClone(network);
  const [conv] = changed.nodes;
  if (conv.kind === "conv") conv.weight.data[0] += 1e-6;
  const one = firstImages(images, 1);
  for (const variant of [network, changed]) await extract({ network: variant, images: one });
  assert.equal(readdirSync(cacheFolder).length, 2);
  const features = await extract({ engine: onnxRuntime(1), network, images: one });
  assert.deepEqual(features.features.shape, [1, 512]);
});

test("a cache folder that cannot be written and a set without images are errors of one line", async () => {
  const blocked = join(cacheFolder, "a file");
  writeFileSync(blocked, "");
  await assert.rejects(extract({ folder: blocked }), FileError);
  await assert.rejects(extract({ images: firstImages(images, 0) }), UserError);
});

function inAnotherProcess(): ChildProcess {
  const script = join(__dirname, "../../fixtures/extractSlowly.ts");
  return spawn(process.execPath, ["--import", "tsx", script, cacheFolder], { stdio: ["ignore", "pipe", "inherit"] });
}

test("a killed run leaves no entry; two runs at once both end and leave a whole one", async () => {
  const killed = inAnotherProcess();
  await once(killed.stdout!, "data");
  killed.kill("SIGKILL");
  await once(killed, "exit");
  assert.deepEqual(readdirSync(cacheFolder), []);

  const both = [inAnotherProcess(), inAnotherProcess()];
  for (const child of both) child.stdout?.resume();
  assert.deepEqual(await Promise.all(both.map(async (child) => (await once(child, "exit"))[0])), [0, 0]);
  assert.equal(readdirSync(cacheFolder).length, 1);
  assert.deepEqual((await extract()).batches, []);
});
