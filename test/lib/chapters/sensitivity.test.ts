import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { preprocess } from "../../../lib/assets/images/preprocess";
import type { Chapter } from "../../../lib/chapters/open";
import type { HeadTask } from "../../../lib/chapters/protocol";
import { compressEachLayer } from "../../../lib/chapters/sensitivity";
import { relativeError } from "../../../lib/chapters/sensitivityResponse";
import type { Engine } from "../../../lib/engines/engine";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { spectrumOf, truncationError } from "../../../lib/linalg/spectrum";
import { weightMatrix } from "../../../lib/linalg/matrix";
import { deepNetwork } from "../../../lib/network/deepNetwork";
import { withHead, linearHeads } from "../../../lib/network/head";
import { rankForShare, withLowRankLayer } from "../../../lib/network/lowRank";
import { type Conv, cutAfter, nodeOf } from "../../../lib/network/network";
import { accuracyOf, predictions } from "../../../lib/training/evaluate";
import { randomImages } from "../../support/countingEngine";

const folder = mkdtempSync(join(tmpdir(), "sensitivity-test-"));
const cache = { fresh: false, folder };
after(() => rmSync(folder, { recursive: true }));

const real = onnxRuntime(1);
let opened = 0;
const engine: Engine = {
  ...real,
  open: (network) => {
    opened++;
    return real.open(network);
  },
};
const network = deepNetwork(6);
const [train, testImages] = [randomImages(5, 1), randomImages(7, 2)];
testImages.labels.set([0, 1, 2, 3, 4, 5, 6]);
const head = linearHeads(64, 10, [3])[0];
const complete = withHead(network, head);
const chapter = {
  number: 5,
  assets: { weights: { sha256: "made up" }, images: { train, test: testImages } },
  network,
  engine,
  fresh: false,
} as unknown as Chapter;

async function taskOf(): Promise<HeadTask> {
  const features = async (images: typeof train) => ({
    features: await run(cutAfter(network, "avgpool"), preprocess(images, 0, images.count), real),
    labels: images.labels,
  });
  return { train: await features(train), test: await features(testImages) };
}

test("each layer's numbers are those of the whole network with that layer compressed", async () => {
  const layers = await compressEachLayer(chapter, await taskOf(), head, cache);
  assert.deepEqual(
    layers.map(({ layer }) => layer),
    ["conv1", "block0.conv1", "block0.conv2", "block1.conv1", "block1.conv2", "fc"],
  );
  const images = preprocess(testImages, 0, testImages.count);
  const logits = await run(complete, images, real);
  for (const { layer, spectrum, trials } of layers) {
    const matrix = weightMatrix((nodeOf(complete, layer) as Conv).weight);
    for (const { share, rank, energyKept, accuracy, outputError } of trials) {
      assert.equal(rank, rankForShare(share, matrix.rows, matrix.columns));
      assert(Math.abs(energyKept - (1 - truncationError(spectrumOf(matrix), rank) ** 2)) < 1e-5);
      const expected = await run(withLowRankLayer(complete, layer, rank), images, real);
      assert.deepEqual(accuracy, accuracyOf(predictions(expected), testImages.labels), layer);
      assert(Math.abs(outputError - relativeError(logits, expected)) < 1e-3, layer);
    }
    assert.equal(spectrum.rows, matrix.rows);
  }
});

test("the response error of a layer is that of its own output in the network, its inputs as they are", async () => {
  const layers = await compressEachLayer(chapter, await taskOf(), head, cache);
  const images = preprocess(train, 0, train.count);
  const name = "block1.conv1";
  const outputs = await run(cutAfter(complete, name), images, real);
  for (const { rank, responseEnergyKept } of layers.find(({ layer }) => layer === name)?.trials ?? assert.fail()) {
    const compressed = cutAfter(withLowRankLayer(complete, name, rank), `${name}.1`);
    const error = relativeError(outputs, await run(compressed, images, real));
    assert(error > 0.01 && Math.abs(responseEnergyKept - (1 - error ** 2)) < 1e-3);
  }
});

test("a second run opens no network and gives the same, a damaged entry alone is computed again, fresh computes all", async () => {
  const task = await taskOf();
  const first = await compressEachLayer(chapter, task, head, cache);
  opened = 0;
  assert.deepEqual(await compressEachLayer(chapter, task, head, cache), first);
  assert.equal(opened, 0);
  for (const file of readdirSync(folder)) truncateSync(join(folder, file), 40);
  assert.deepEqual(await compressEachLayer(chapter, task, head, cache), first);
  const whole = opened;
  assert(whole > 12);
  assert.deepEqual(await compressEachLayer(chapter, task, head, { ...cache, fresh: true }), first);
  assert.equal(opened, 2 * whole);
});

test("another head is another study", async () => {
  const task = await taskOf();
  await compressEachLayer(chapter, task, head, cache);
  opened = 0;
  await compressEachLayer(chapter, task, linearHeads(64, 10, [4])[0], cache);
  assert(opened > 12);
});
