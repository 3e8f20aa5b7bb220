import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Engine } from "../../../lib/engines/engine";
import { loadTensorflow } from "../../../lib/engines/loadTensorflow";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { tensorflow } from "../../../lib/engines/tensorflow";
import { cutAfter, imageInput, type Network, nodeOf } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import type { Tensor } from "../../../lib/core/tensor";
import { formulaImages, formulaStateDict } from "../../support/formulaWeights";

const network = readNetwork(formulaStateDict(10), "formula").network;
const engines: Record<string, () => Promise<Engine>> = {
  "ONNX Runtime": async () => onnxRuntime(2),
  "TensorFlow.js": tensorflow,
};

/** As recorded from torchvision by test/fixtures/record_resnet18.py: 64 rows. */
function recorded(what: "features" | "logits", side: number): Float32Array {
  const bytes = readFileSync(join(__dirname, `../../fixtures/resnet18-${what}-${side}.bin`));
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function firstOf(images: Tensor, count: number): Tensor {
  const size = images.data.length / images.shape[0];
  return { shape: [count, ...images.shape.slice(1)], data: images.data.subarray(0, count * size) };
}

function assertWithin(actual: Tensor, expected: Float32Array, tolerance: number) {
  const wanted = expected.subarray(0, actual.data.length);
  const difference = actual.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - wanted[i])), 0);
  assert(difference <= tolerance, `differs by ${difference}`);
}

for (const [name, open] of Object.entries(engines)) {
  describe(`${name} computes what torchvision does`, () => {
    for (const side of [128, 224]) {
      const images = formulaImages(64, side);
      for (const [what, part, columns] of [
        ["features", cutAfter(network, "avgpool"), 512],
        ["logits", network, 10],
      ] as const) {
        test(`${what} of 1, 3 and 64 images of ${side} × ${side}`, async () => {
          const session = await (await open()).open(part);
          for (const count of [1, 3, 64]) {
            const output = await session.run(firstOf(images, count));
            assert.deepEqual(output.shape, [count, columns]);
            assertWithin(output, recorded(what, side), 1e-4);
          }
          await session.close();
        });
      }
    }
  });

  test(`${name} returns a feature map with channels first, also from images that are not square`, async () => {
    const stem = cutAfter(network, "bn1");
    const images = { shape: [1, 3, 8, 12], data: formulaImages(1, 16).data.subarray(0, 3 * 8 * 12) };
    const session = await (await open()).open(stem);
    const output = await session.run(images);
    await session.close();
    assert.deepEqual(output.shape, [1, 64, 4, 6]);
    const reference = await onnxRuntime(1).open(stem);
    assertWithin(output, (await reference.run(images)).data, 1e-5);
    assertWithin(output, directStem(images), 1e-5);
    await reference.close();
  });
}

test("ONNX Runtime's threads change no bit of the result", async () => {
  const images = formulaImages(3, 64);
  const outputs: Tensor[] = [];
  for (const threads of [1, 2, 3]) {
    const session = await onnxRuntime(threads).open(network);
    outputs.push(await session.run(images));
    await session.close();
  }
  assert.deepEqual(outputs[1], outputs[0]);
  assert.deepEqual(outputs[2], outputs[0]);
});

/** conv1 and bn1 by their definitions. */
function directStem({ shape: [, , high, wide], data }: Tensor): Float32Array {
  const [conv, norm] = [nodeOf(network, "conv1"), nodeOf(network, "bn1")];
  if (conv.kind !== "conv" || norm.kind !== "batchNorm") throw new Error("the stem has changed");
  const output = new Float32Array((64 * high * wide) / 4);
  for (let at = 0; at < output.length; at++) {
    const [channel, y, x] = [
      Math.floor((4 * at) / high / wide),
      Math.floor((2 * at) / wide) % (high / 2),
      at % (wide / 2),
    ];
    let sum = 0;
    for (let tap = 0; tap < 147; tap++) {
      const [plane, dy, dx] = [Math.floor(tap / 49), (Math.floor(tap / 7) % 7) - 3, (tap % 7) - 3];
      const [row, column] = [2 * y + dy, 2 * x + dx];
      if (row < 0 || row >= high || column < 0 || column >= wide) continue;
      sum += conv.weight.data[channel * 147 + tap] * data[(plane * high + row) * wide + column];
    }
    const deviation = Math.sqrt(norm.variance.data[channel] + norm.epsilon);
    output[at] = ((sum - norm.mean.data[channel]) / deviation) * norm.scale.data[channel] + norm.shift.data[channel];
  }
  return output;
}

test("TensorFlow.js says which backend runs, and a closed session leaves no tensor behind", async () => {
  const { tf, backend } = await loadTensorflow();
  assert.equal(tf.getBackend(), backend === "native" ? "tensorflow" : "wasm");
  const before = tf.memory().numTensors;
  const engine = await tensorflow();
  assert.equal(engine.name, `TensorFlow.js ${backend}`);
  assert.match(engine.version, /^4\.22\./);
  const session = await engine.open(network);
  await session.run(formulaImages(2, 64));
  const during = tf.memory().numTensors;
  await session.run(formulaImages(9, 64));
  assert.equal(tf.memory().numTensors, during);
  await session.close();
  assert.equal(tf.memory().numTensors, before);
});

test("all kinds of nodes run alike on both engines where a network is put together otherwise", async () => {
  const norm = { ...nodeOf(network, "bn1"), input: "relu" };
  const nodes = [
    nodeOf(network, "conv1"),
    { kind: "relu", name: "relu", input: "conv1" },
    { ...norm, name: "norm" },
    { kind: "add", name: "sum", inputs: ["norm", "conv1"] },
    { kind: "maxPool", name: "pool", input: "sum", size: 3, stride: 2, padding: 1 },
    { kind: "globalAveragePool", name: "mean", input: "pool" },
  ] as Network["nodes"];
  const outputs: Tensor[] = [];
  for (const engine of [onnxRuntime(2), await tensorflow()]) {
    const session = await engine.open({ nodes });
    outputs.push(await session.run(formulaImages(9, 32)));
    await session.close();
  }
  assert.deepEqual(outputs[0].shape, [9, 64]);
  assertWithin(outputs[1], outputs[0].data, 1e-5);
});

test("a linear layer alone takes rows", async () => {
  const weight = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const bias = { shape: [2], data: Float32Array.of(0.5, -0.5) };
  for (const engine of [onnxRuntime(1), await tensorflow()]) {
    const session = await engine.open({ nodes: [{ kind: "linear", name: "fc", input: imageInput, weight, bias }] });
    const output = await session.run({ shape: [1, 3], data: Float32Array.of(1, 0, -1) });
    assert.deepEqual([...output.data], [-1.5, -2.5]);
    await session.close();
  }
});
