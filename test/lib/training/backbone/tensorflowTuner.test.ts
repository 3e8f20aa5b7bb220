import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { UserError } from "../../../../lib/core/errors";
import { normalTensor } from "../../../../lib/core/random";
import { loadTensorflow } from "../../../../lib/engines/loadTensorflow";
import type { Conv, Network, Node } from "../../../../lib/network/network";
import { tensorflowTuner } from "../../../../lib/training/backbone/tensorflowTuner";
import { parametersOf, trainedLayers } from "../../../../lib/training/backbone/trainedLayers";
import { onnxTuner, type OpenTuner } from "../../../../lib/training/backbone/tuner";
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

async function tenSteps(open: OpenTuner, name: keyof typeof backboneTargets) {
  const start = network();
  const tuner = await open(start, trainedLayers(start), backboneImageShape, 1);
  const lesson = { images: backboneImages(), targets: backboneTargets[name] };
  const settings = { learningRate: 0.05, momentum: 0.9, temperature: name === "distillation" ? temperature : 1 };
  const losses: number[] = [];
  for (let step = 0; step < 10; step++) losses.push(await tuner.step(lesson, settings));
  const trained = tuner.trained();
  await tuner.close();
  const numbers = trained.nodes.flatMap((node) =>
    node.kind === "conv" || node.kind === "linear" ? parametersOf(node) : [],
  );
  return { losses, trained, start, numbers: new Map(numbers) };
}

describe("training by TensorFlow", async () => {
  const { tf, backend } = await loadTensorflow();

  test("is refused on WebAssembly", {
    skip: backend === "native" && "TensorFlow's native binding is built, which trains convolutions",
  }, async () => {
    const start = network();
    await assert.rejects(tensorflowTuner(start, trainedLayers(start), backboneImageShape, 1), UserError);
  });

  describe(`on ${backend === "native" ? "the native" : "the plain CPU"} backend`, () => {
    const usual = tf.getBackend();
    before(async () => void (backend === "native" || (await tf.setBackend("cpu"))));
    after(async () => void (await tf.setBackend(usual)));

    for (const name of ["crossEntropy", "distillation"] as const)
      test(`ten steps by ${name} are ONNX Runtime's`, async () => {
        const held = tf.memory().numTensors;
        const [theirs, ours] = [await tenSteps(tensorflowTuner, name), await tenSteps(onnxTuner, name)];
        ours.losses.forEach((loss, step) => {
          assert.ok(Math.abs(loss - theirs.losses[step]) < 1e-4, `${theirs.losses[step]} instead of ${loss}`);
        });
        for (const [parameter, { data }] of ours.numbers) {
          const other = theirs.numbers.get(parameter)?.data ?? [];
          assert.equal(other.length, data.length, parameter);
          const apart = data.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
          assert.ok(apart < 1e-4, `${parameter} differs by ${apart}`);
        }
        const frozen = theirs.start.nodes.findIndex(({ kind }) => kind === "maxPool") + 1;
        assert.deepEqual(theirs.trained.nodes.slice(0, frozen), theirs.start.nodes.slice(0, frozen));
        assert.deepEqual(theirs.start, network(), "the network given is not changed");
        assert.equal(tf.memory().numTensors, held, "what was opened is freed");
      });
  });
});
