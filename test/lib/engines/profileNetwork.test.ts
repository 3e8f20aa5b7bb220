import assert from "node:assert/strict";
import { test } from "node:test";
import { layerProfiles, operatorKind, profileNetwork } from "../../../lib/engines/profileNetwork";
import type { OperatorTime } from "../../../lib/engines/profile";
import { readNetwork } from "../../../lib/network/resnet";
import { formulaStateDict } from "../../support/formulaWeights";

const network = readNetwork(formulaStateDict(10), "formula").network;
const operators: OperatorTime[] = [
  { name: "relu_nchwc", operator: "Conv", ms: 3 },
  { name: "maxpool_nchwc", operator: "MaxPool", ms: 1 },
  { name: "layer1.0.relu1_nchwc", operator: "Conv", ms: 4 },
  { name: "layer1.0.bn1", operator: "BatchNormalization", ms: 1 },
  { name: "ReorderOutput", operator: "ReorderOutput", ms: 0.5 },
  { name: "fc", operator: "Gemm", ms: 0.5 },
];
const layers = layerProfiles(network, operators, [2, 3, 128, 128]);

test("a layer's time is that of all operators that belong to it, its rate follows from its MACs", () => {
  const [first, second] = layers;
  assert.deepEqual([first.name, first.kind, first.ms, first.timeShare], ["conv1", "conv 7 × 7", 3, 0.3]);
  assert.deepEqual([second.name, second.ms, second.timeShare], ["layer1.0.conv1", 5, 0.5]);
  // 64 filters of 64 · 3 · 3 on 32 × 32 places, two images, two operations a MAC, 5 ms.
  assert.equal(second.gflops.toFixed(6), ((2 * 2 * 64 * 64 * 9 * 32 * 32) / 5e6).toFixed(6));
});

test("bytes count weights once and input and output for each image", () => {
  const { intensity } = layers[1];
  const bytes = 4 * (64 * 64 * 9 + 2 * 2 * 64 * 32 * 32);
  assert.equal(intensity.toFixed(9), ((2 * 2 * 64 * 64 * 9 * 32 * 32) / bytes).toFixed(9));
  const first = 4 * (64 * 3 * 49 + 2 * (3 * 128 * 128 + 64 * 64 * 64));
  assert.equal(layers[0].intensity.toFixed(9), ((2 * 2 * 64 * 3 * 49 * 64 * 64) / first).toFixed(9));
});

test("all 21 layers have a share of the MACs, which add up to one", () => {
  assert.equal(layers.length, 21);
  assert.equal(layers.reduce((sum, { macShare }) => sum + macShare, 0).toFixed(9), "1.000000000");
});

test("what computes a layer is of its kind, convolutions by their kernel; the rest has the engine's names", () => {
  assert.deepEqual(
    operators.map((operator) => operatorKind(network, operator)),
    ["conv 7 × 7", "MaxPool", "conv 3 × 3", "BatchNormalization", "ReorderOutput", "linear"],
  );
});

test("under the profiler all layers take time, on a batch of the shape asked for", async () => {
  const rounds: number[] = [];
  const profile = await profileNetwork(network, {
    shape: [2, 3, 32, 32],
    threads: 1,
    warmUps: 0,
    runs: 2,
    onProgress: (done) => rounds.push(done),
  });
  assert.deepEqual(rounds, [1, 2]);
  assert.ok(profile.layers.every(({ ms, gflops }) => ms > 0 && Number.isFinite(gflops)));
  const kinds = new Set(profile.operators.map(({ kind }) => kind));
  for (const kind of ["conv 7 × 7", "conv 3 × 3", "conv 1 × 1", "linear", "MaxPool"]) assert.ok(kinds.has(kind), kind);
});
