import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { UserError } from "../../../../lib/core/errors";
import { normalTensor, Random } from "../../../../lib/core/random";
import { sizeOf, type Tensor } from "../../../../lib/core/tensor";
import { loadTensorflow } from "../../../../lib/engines/loadTensorflow";
import { type Conv, costs, imageInput, type Network, type Node } from "../../../../lib/network/network";
import { tensorflowTuner } from "../../../../lib/training/backbone/tensorflowTuner";
import type { Optimizer } from "../../../../lib/training/backbone/optimizer";
import { parametersOf, type Trained, trainedLayers } from "../../../../lib/training/backbone/trainedLayers";
import { type Lesson, onnxTuner, type OpenTuner, type StepSettings } from "../../../../lib/training/backbone/tuner";
import { oneHot } from "../../../../lib/training/oneHot";
import { backboneImageShape, backboneImages, backboneTargets, formulaBackbone, temperature } from "./formulaBackbone";

/** The formula's network with a convolution in groups among the layers that stay as they are. */
function network(): Network {
  const grouped: Conv = {
    kind: "conv",
    name: "grouped",
    input: "stem.relu",
    groups: 2,
    weight: normalTensor([4, 2, 3, 3], 1),
    stride: [1, 1],
    padding: [1, 1],
  };
  const nodes = formulaBackbone().nodes.flatMap((node): Node[] =>
    node.kind === "maxPool" ? [grouped, { ...node, input: "grouped" }] : [node],
  );
  return { nodes };
}

/**
 * Convolutions of any kernel, stride and border, the grouped one left as it is, ReLUs, sums of a value with itself or with a
 * branch, then linear layers with and without biases.
 */
function drawn(seed: number): { network: Network; imageShape: number[] } {
  const random = new Random(seed);
  const imageShape = [2, 6 + random.integer(12), 6 + random.integer(12)];
  const nodes: Node[] = [];
  const lastShape = () => costs({ nodes }, imageShape).at(-1)?.outputShape ?? imageShape;
  const last = () => nodes.at(-1)?.name ?? imageInput;
  const numbers = (shape: number[]) => scaledTensor(random, shape);
  const name = () => `node ${nodes.length}`;
  const bias = (outputs: number) => random.integer(2) === 1 && { bias: numbers([outputs]) };
  const conv = (outputs: number, groups = 1) => {
    const [channels, ...sides] = lastShape();
    const kernel = sides.map((side) => 1 + random.integer(Math.min(5, side)));
    const [high, wide] = kernel.map((side) => random.integer(side + 1));
    const weight = numbers([outputs, channels / groups, ...kernel]);
    const stride: Conv["stride"] = [1 + random.integer(3), 1 + random.integer(3)];
    const own = { name: name(), input: last(), weight, ...bias(outputs), ...(groups > 1 && { groups }) };
    nodes.push({ kind: "conv", ...own, stride, padding: [high, wide] });
  };
  const relu = () => nodes.push({ kind: "relu", name: name(), input: last() });
  const sum = () => {
    const [before, [channels]] = [last(), lastShape()];
    const branch = { input: before, weight: numbers([channels, channels, 1, 1]), stride: [1, 1], padding: [0, 0] };
    if (random.integer(2) === 1) nodes.push({ kind: "conv", name: name(), ...branch } as Conv);
    nodes.push({ kind: "add", name: name(), inputs: [before, last()] });
  };
  conv(4);
  conv(4, 2);
  const kinds = [() => conv(1 + random.integer(5)), relu, sum];
  for (let i = 0; i < 6; i++) kinds[random.integer(3)]();
  nodes.push({ kind: "globalAveragePool", name: name(), input: last() });
  for (const outputs of [3, 5]) {
    const weight = numbers([outputs, ...lastShape()]);
    nodes.push({ kind: "linear", name: name(), input: last(), weight, ...bias(outputs) });
  }
  return { network: { nodes }, imageShape };
}

/** Numbers that keep values about as large as they are. */
function scaledTensor(random: Random, shape: number[]): Tensor {
  const { data } = normalTensor(shape, random);
  const inputs = shape.length > 1 ? sizeOf(shape.slice(1)) : 9;
  return { shape, data: data.map((value) => value / Math.sqrt(inputs)) };
}

interface Course {
  network: Network;
  imageShape: readonly number[];
  lesson: Lesson;
  settings: StepSettings;
  optimizer: Optimizer;
}

async function tenSteps(open: OpenTuner, { network, imageShape, lesson, settings, optimizer }: Course) {
  const tuner = await open(network, trainedLayers(network), imageShape, { optimizer, threads: 1 });
  const losses: number[] = [];
  for (let step = 0; step < 10; step++) losses.push(await tuner.step(lesson, settings));
  const trained = tuner.trained();
  await tuner.close();
  const layers = trained.nodes.filter((node) => node.kind === "conv" || node.kind === "linear");
  const numbers = layers.flatMap((layer) => parametersOf(layer as Trained).map(([, { data }]) => [...data]));
  return { trained, numbers: [losses, ...numbers].flat() };
}

/** Fails unless ten steps by both end with the same losses and numbers. @returns what TensorFlow made. */
async function assertAlike(course: Course): Promise<Network> {
  const [theirs, ours] = [await tenSteps(tensorflowTuner, course), await tenSteps(onnxTuner, course)];
  assert.equal(theirs.numbers.length, ours.numbers.length);
  const apart = Math.max(...ours.numbers.map((value, i) => Math.abs(value - theirs.numbers[i])));
  assert.ok(apart < 1e-4, `${apart} apart`);
  return theirs.trained;
}

describe("training by TensorFlow", async () => {
  const { tf, backend } = await loadTensorflow();

  test("is refused on WebAssembly", {
    skip: backend === "native" && "TensorFlow's native binding is built, which trains convolutions",
  }, async () => {
    const start = network();
    await assert.rejects(
      tensorflowTuner(start, trainedLayers(start), backboneImageShape, { optimizer: "SGD", threads: 1 }),
      UserError,
    );
  });

  describe(`on ${backend === "native" ? "the native" : "the plain CPU"} backend`, () => {
    const usual = tf.getBackend();
    before(async () => void (backend === "native" || (await tf.setBackend("cpu"))));
    after(async () => void (await tf.setBackend(usual)));

    for (const { name, optimizer, learningRate } of [
      { name: "crossEntropy", optimizer: "SGD", learningRate: 0.05 },
      { name: "distillation", optimizer: "SGD", learningRate: 0.05 },
      { name: "distillation", optimizer: "Adam", learningRate: 0.01 },
    ] as const)
      test(`ten steps of ${optimizer} by ${name} are ONNX Runtime's`, async () => {
        const start = network();
        const held = tf.memory().numTensors;
        const trained = await assertAlike({
          network: start,
          imageShape: backboneImageShape,
          lesson: { images: backboneImages(), targets: backboneTargets[name] },
          settings: { learningRate, momentum: 0.9, temperature: name === "distillation" ? temperature : 1 },
          optimizer,
        });
        const frozen = start.nodes.findIndex(({ kind }) => kind === "maxPool") + 1;
        assert.deepEqual(trained.nodes.slice(0, frozen), start.nodes.slice(0, frozen));
        assert.deepEqual(start, network(), "the network given is not changed");
        assert.equal(tf.memory().numTensors, held, "what was opened is freed");
      });

    test("ten steps of networks drawn at random are ONNX Runtime's", async () => {
      for (let seed = 0; seed < 20; seed++) {
        const targets = oneHot(Int32Array.of(0, 1, 2, 3), 5);
        await assertAlike({
          ...drawn(seed),
          lesson: { images: normalTensor([4, ...drawn(seed).imageShape], seed), targets },
          settings: { learningRate: 0.02, momentum: 0.9, temperature: 1.5 },
          optimizer: "SGD",
        });
      }
    });
  });
});
