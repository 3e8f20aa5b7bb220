import assert from "node:assert/strict";
import { test } from "node:test";
import { type Stages, timeExtraction } from "../../../../lib/cli/bench/extraction";
import { latencies } from "../../../../lib/cli/bench/latency";
import { stepsPerSecond, timeSpectra } from "../../../../lib/cli/bench/library";
import { imagesInMemory } from "../../../../lib/assets/images/labelledImages";
import { imageInput, type Linear } from "../../../../lib/network/network";
import { PyTorch, pythonWith } from "../../../../lib/cli/bench/pytorch";
import { Random } from "../../../../lib/core/random";
import { tensor } from "../../../../lib/core/tensor";
import { countingEngine, randomImages, tinyNetwork } from "../../../support/countingEngine";

const images = randomImages(100);

test("extraction runs all images once and times each stage", async () => {
  const batches: number[] = [];
  const start = performance.now();
  const { stages, features, labels } = await timeExtraction(countingEngine(batches, 20), tinyNetwork, images, 70);
  const elapsed = (performance.now() - start) / 1000;
  assert.deepEqual(batches, [64, 6]);
  assert.deepEqual(features.shape, [70, 2]);
  assert.deepEqual(labels, images.labels.subarray(0, 70));
  assert.ok(stages.run >= 0.039, "two batches of 20 ms");
  const total = stages.run + stages.preprocess;
  assert.ok(total <= elapsed, `${JSON.stringify(stages)} in ${elapsed} s`);
});

test("latencies time each model on each engine, one round more than counts", async () => {
  const batches: number[] = [];
  const engines = [countingEngine(batches, 5), { ...countingEngine(batches, 1), threads: 4 }];
  const timed = await latencies({ base: tinyNetwork, "k = 5": tinyNetwork }, engines, [], { runs: 2, mostRuns: 2 });
  assert.deepEqual(
    timed.map(({ name, engine, threads, runs }) => [name, engine, threads, runs.length]),
    [
      ["base", "counting 1", 1, 2],
      ["base", "counting 1", 4, 2],
      ["k = 5", "counting 1", 1, 2],
      ["k = 5", "counting 1", 4, 2],
    ],
  );
  assert.deepEqual(batches, Array(12).fill(64));
});

test("spectra of linear layers and convolutions are timed, with their matrices' sides", () => {
  const random = new Random(1);
  const weight = tensor(
    [4, 6],
    Float32Array.from({ length: 24 }, () => random.normal()),
  );
  const layer: Linear = { kind: "linear", name: "fc", input: imageInput, weight };
  const start = performance.now();
  const [{ seconds, ...matrix }] = timeSpectra({ nodes: [layer, { kind: "relu", name: "relu", input: "fc" }] });
  const elapsed = (performance.now() - start) / 1000;
  assert.deepEqual(matrix, { layer: "fc", rows: 4, columns: 6 });
  assert.ok(seconds > 0 && seconds < elapsed, `${seconds} of ${elapsed} s`);
});

test("training steps are counted", async () => {
  // Ten epochs of two batches, within the time that the call takes.
  const start = performance.now();
  const rate = await stepsPerSecond(2, 3, { features: tensor([70, 3]), labels: new Int32Array(70) }, 1);
  const elapsed = (performance.now() - start) / 1000;
  assert.ok(20 / rate < elapsed, `20 steps at ${rate} a second, in ${elapsed} s`);
});

const skip = pythonWith("torch", "torchvision") ? false : "no python3 with torch and torchvision";
test("PyTorch runs its models and extracts features in its own process", { skip }, async () => {
  const pytorch = await PyTorch.start(1);
  assert(pytorch);
  assert.match(pytorch.version, /^\d+\.\d+/);
  await pytorch.run("k = 5");
  const prepared = imagesInMemory(new Uint8Array(5 * 3 * 40 * 40), [3, 40, 40], new Int32Array(5), "");
  const smaller = { ...prepared, preprocessing: { ...prepared.preprocessing, size: 40 } };
  for (const each of [images, smaller]) {
    const stages: Stages = await pytorch.extract(each, 3);
    assert.deepEqual(Object.keys(stages), ["preprocess", "run"]);
    assert.ok(Object.values(stages).every((seconds) => seconds > 0));
  }
  await assert.rejects(pytorch.run("no model"), /ended by itself: KeyError: 'no model'$/);
  pytorch.close();
});
