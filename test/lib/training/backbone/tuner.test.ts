import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UserError } from "../../../../lib/core/errors";
import type { Tensor } from "../../../../lib/core/tensor";
import { imageInput, type Network, type Node } from "../../../../lib/network/network";
import type { Optimizer } from "../../../../lib/training/backbone/optimizer";
import { parametersOf, trainedLayers } from "../../../../lib/training/backbone/trainedLayers";
import { onnxTuner } from "../../../../lib/training/backbone/tuner";
import recorded from "../../../fixtures/backbone-training.json";
import { byDefinition } from "../../../support/byDefinition";
import { backboneImageShape, backboneImages, backboneTargets, formulaBackbone, temperature } from "./formulaBackbone";

const network = formulaBackbone();
const layers = trainedLayers(network);
const images = backboneImages();
const losses = [
  { name: "crossEntropy", temperature: 1 },
  { name: "distillation", temperature },
] as const;

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${what}: ${actual[i]} instead of ${expected[i]}`);
}

async function trained(
  steps: number,
  name: "crossEntropy" | "distillation",
  learningRate: number,
  momentum: number,
  optimizer: Optimizer = "SGD",
) {
  const tuner = await onnxTuner(network, layers, backboneImageShape, { optimizer, threads: 1 });
  const settings = { learningRate, momentum, temperature: name === "distillation" ? temperature : 1 };
  const found: number[] = [];
  for (let step = 0; step < steps; step++)
    found.push(await tuner.step({ images, targets: backboneTargets[name] }, settings));
  const result = tuner.trained();
  await tuner.close();
  return { losses: found, network: result };
}

/** By name. */
function numbersOf({ nodes }: Network): Map<string, Tensor> {
  return new Map(nodes.flatMap((node) => (node.kind === "conv" || node.kind === "linear" ? parametersOf(node) : [])));
}

/** A step of length 1 without momentum moves each number by its gradient. */
async function gradientsBy(name: "crossEntropy" | "distillation"): Promise<Map<string, Float32Array>> {
  const [before, after] = [network, (await trained(1, name, 1, 0)).network].map(numbersOf);
  return new Map([...before].map(([key, { data }]) => [key, data.map((value, i) => value - after.get(key)!.data[i])]));
}

/** The loss by its definition. */
function lossOf(of: Network, name: "crossEntropy" | "distillation", t: number): number {
  const { shape, data } = byDefinition(of, images);
  const targets = backboneTargets[name].data;
  let sum = 0;
  for (let row = 0; row < shape[0]; row++) {
    const logits = [...data.subarray(row * shape[1], (row + 1) * shape[1])].map((value) => value / t);
    const normaliser = Math.log(logits.reduce((total, value) => total + Math.exp(value), 0));
    logits.forEach((value, k) => {
      sum -= targets[row * shape[1] + k] * (value - normaliser);
    });
  }
  return (t ** 2 * sum) / shape[0];
}

for (const { name, temperature } of losses)
  describe(`with ${name}`, () => {
    test("each gradient is PyTorch's", async () => {
      const gradients = await gradientsBy(name);
      const expected = Object.entries(recorded[name].gradients);
      assert.equal(expected.length, layers.flatMap(parametersOf).length);
      for (const [parameter, values] of expected) assertClose(gradients.get(parameter)!, values, 2e-6, parameter);
    });

    test("each gradient is what small changes do to the loss", async () => {
      const gradients = await gradientsBy(name);
      const step = 1e-3;
      for (const [parameter, { data }] of layers.flatMap(parametersOf)) {
        const at = data.length >> 1;
        const before = data[at];
        const [up, down] = [step, -step].map((change) => {
          data[at] = before + change;
          return lossOf(network, name, temperature);
        });
        data[at] = before;
        assertClose([gradients.get(parameter)![at]], [(up - down) / (2 * step)], 1e-3, parameter);
      }
    });

    test("ten steps are PyTorch's", async () => {
      const run = await trained(10, name, 0.05, 0.9);
      assertClose(run.losses, recorded[name].losses, 1e-5, "losses");
      assertClose(byDefinition(run.network, images).data, recorded[name].logits, 1e-4, "logits");
      assert.deepEqual(run.network.nodes.slice(0, 3), network.nodes.slice(0, 3));
    });
  });

test("ten steps of Adam are PyTorch's", async () => {
  const run = await trained(10, "distillation", 0.01, 0.9, "Adam");
  assertClose(run.losses, recorded.adam.losses, 1e-5, "losses");
  assertClose(byDefinition(run.network, images).data, recorded.adam.logits, 1e-4, "logits");
});

test("a batch may have any number of images", async () => {
  const tuner = await onnxTuner(network, layers, backboneImageShape, { optimizer: "SGD", threads: 1 });
  const settings = { learningRate: 0, momentum: 0, temperature: 1 };
  const targets = backboneTargets.crossEntropy;
  const all = await tuner.step({ images, targets }, settings);
  const each: number[] = [];
  for (let i = 0; i < 6; i++) {
    const part = ({ shape, data }: Tensor) => {
      const size = data.length / 6;
      return { shape: [1, ...shape.slice(1)], data: data.slice(i * size, (i + 1) * size) };
    };
    each.push(await tuner.step({ images: part(images), targets: part(targets) }, settings));
  }
  await tuner.close();
  assertClose([each.reduce((sum, loss) => sum + loss, 0) / 6], [all], 1e-5, "mean loss");
});

describe("what is trained", () => {
  const names = (frozen?: string) => trainedLayers(network, frozen).map(({ name }) => name);

  test("is all after the last max pooling unless told, or after the first convolution where there is none", () => {
    assert.deepEqual(names(), ["square", "narrow", "tall", "wide", "shortcut", "even", "bordered", "factor", "head"]);
    const unpooled = { nodes: network.nodes.filter(({ kind }) => kind !== "maxPool") };
    assert.equal(trainedLayers(unpooled)[0].name, "square");
  });

  test("begins after the last layer that no gradient leads through", () => {
    const grouped = { nodes: network.nodes.map((node) => (node.name === "even" ? { ...node, groups: 5 } : node)) };
    assert.deepEqual(
      trainedLayers(grouped).map(({ name }) => name),
      ["bordered", "factor", "head"],
    );
  });

  test("is all after a stated node", () => assert.deepEqual(names("even.relu"), ["bordered", "factor", "head"]));

  test("is refused where nothing follows, or no gradient leads back", () => {
    const norm = [1, 2, 3, 4].map(() => backboneTargets.crossEntropy);
    const [scale, shift, mean, variance] = norm;
    const alone: Node = { kind: "batchNorm", name: "norm", input: "head", scale, shift, mean, variance, epsilon: 0 };
    const early: Node = { kind: "relu", name: "first", input: imageInput };
    const cases: [Network, string, string][] = [
      [network, "head", "head"],
      [{ nodes: [early, ...network.nodes] }, "first", "pool"],
      [network, "nowhere", "nowhere"],
      [{ nodes: [...network.nodes, alone] }, "pool", "norm"],
      [{ nodes: network.nodes.map((node) => (node.name === "even" ? { ...node, groups: 5 } : node)) }, "pool", "even"],
    ];
    for (const [of, frozen, mentioned] of cases)
      assert.throws(
        () => trainedLayers(of, frozen),
        (error) => error instanceof UserError && error.message.includes(mentioned),
      );
  });
});
