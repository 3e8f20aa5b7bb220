import assert from "node:assert/strict";
import { before, test } from "node:test";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { fitNetwork } from "../../../../lib/compression/fit/fitNetwork";
import type { LayerBases } from "../../../../lib/compression/measure/layerBases";
import { responseBases } from "../../../../lib/compression/measure/responseBases";
import { narrowInputs } from "../../../../lib/compression/fit/narrowInputs";
import { weightBases } from "../../../../lib/compression/measure/weightBases";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { convOf } from "../../../../lib/network/layerOf";
import { cutAfter, type Network } from "../../../../lib/network/network";
import { inputSplit } from "../../../../lib/network/inputSplit";
import { replaceNode } from "../../../../lib/network/rewire";
import { ranksOfBothEnds } from "../../../../lib/network/rankPlan";
import { tensor } from "../../../../lib/core/tensor";
import { logitDifference, relativeError } from "../../../support/outputErrors";
import { bothEndsAt } from "../../../support/plans";
import { colouredImages, smallLayers, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const network = smallResnet(1, 32);
const images = colouredImages(24);
const inputs = preprocess(images, 0, images.count);
const calibration = { images, engine };
let bases: LayerBases["inputs"];
before(async () => {
  ({ inputs: bases } = await responseBases(network, smallLayers, calibration));
});
const valueAt = (of: Network, name: string) => run(cutAfter(of, name), inputs, engine);

/** Convolutions of more than one place and many inputs. */
const narrowable = ["a.conv1", "a.conv2", "b.conv1", "b.conv2"];

test("bases are of the layers that can be narrowed, and change of coordinates alone changes nothing", async () => {
  assert.deepEqual([...bases.keys()].sort(), narrowable);
  for (const [layer, { encode, kernels }] of bases) {
    const { weight } = convOf(network, layer);
    const [out, channels, kernelHeight, kernelWidth] = weight.shape;
    const places = kernelHeight * kernelWidth;
    for (let o = 0; o < out; o += 7)
      for (let c = 0; c < channels; c++)
        for (let p = 0; p < places; p++) {
          let sum = 0;
          for (let k = 0; k < channels; k++)
            sum += kernels.data[(o * channels + k) * places + p] * encode.data[k * channels + c];
          assert.ok(Math.abs(sum - weight.data[(o * channels + c) * places + p]) < 1e-4);
        }
  }
});

test("the error of a narrowed layer's outputs falls with the rank, and is less than by the weights alone", async () => {
  for (const layer of narrowable) {
    const original = await valueAt(network, layer);
    const conv = convOf(network, layer);
    let before = 1;
    for (const share of [0.25, 0.5, 0.75]) {
      const rank = share * conv.weight.shape[0];
      const narrowed = narrowInputs(network, bothEndsAt(network, [[layer, rank]]), bases);
      const error = relativeError(original, await valueAt(narrowed, layer));
      const byWeights = replaceNode(network, layer, inputSplit(conv, ranksOfBothEnds(conv, rank).input as number));
      const other = relativeError(original, await valueAt(byWeights, `${layer}.1`));
      assert.ok(error < before, `${layer} at ${share}: ${error} after ${before}`);
      assert.ok(error < other, `${layer} at ${share}: ${error}, ${other} by weights`);
      before = error;
    }
  }
});

test("of the weights alone, it is the truncated SVD of the unfolding along the inputs", async () => {
  const { inputs: bases } = await weightBases(network, smallLayers, 1);
  assert.deepEqual([...bases.keys()].sort(), narrowable);
  for (const layer of narrowable) {
    const conv = convOf(network, layer);
    const rank = conv.weight.shape[0] / 2;
    const byWeights = replaceNode(network, layer, inputSplit(conv, ranksOfBothEnds(conv, rank).input as number));
    const narrowed = narrowInputs(network, bothEndsAt(network, [[layer, rank]]), bases);
    assert.ok((await logitDifference(byWeights, narrowed, inputs)) < 1e-4, layer);
  }
});

test("inputs that span few directions are found: nothing is lost", async () => {
  const conv = convOf(network, "a.conv1");
  // Weights that read eight combinations of channels only.
  const weight = tensor(conv.weight.shape, Float32Array.from(conv.weight.data));
  const [out, channels] = weight.shape;
  for (let o = 0; o < out; o++)
    for (let c = 8; c < channels; c++)
      for (let p = 0; p < 9; p++)
        weight.data[(o * channels + c) * 9 + p] = (c % 3) * weight.data[(o * channels + (c % 8)) * 9 + p];
  const planted = replaceNode(network, "a.conv1", [{ ...conv, weight }]);
  const { inputs: bases } = await responseBases(planted, ["a.conv1"], calibration);
  const narrowed = narrowInputs(planted, bothEndsAt(planted, [["a.conv1", 8]]), bases);
  assert.equal(convOf(narrowed, "a.conv1").weight.shape[1], 8);
  assert.ok((await logitDifference(planted, narrowed, inputs)) < 1e-3);
});

test("fits that look at images make up for narrowed inputs, layer after layer", async () => {
  const ranks = bothEndsAt(
    network,
    narrowable.map((layer) => [layer, convOf(network, layer).weight.shape[0] / 2]),
  );
  const original = await valueAt(network, "b.add");
  const error = async (of: Network) => relativeError(original, await valueAt(of, "b.add"));
  const weights = await error(await fitNetwork(network, ranks, "weights", calibration));
  const responses = await error(await fitNetwork(network, ranks, "responses", calibration));
  const asymmetric = await fitNetwork(network, ranks, "asymmetric", calibration);
  assert.ok((await error(asymmetric)) < responses && responses < weights);
  assert.deepEqual(
    asymmetric.nodes.map(({ name }) => name).filter((name) => name.startsWith("a.conv1")),
    ["a.conv1.in", "a.conv1.0", "a.conv1.1"],
  );
});

test("dead inputs and a layer that reads nothing leave finite numbers", async () => {
  const conv = convOf(network, "a.conv1");
  const dead = replaceNode(network, "a.conv1", [{ ...conv, weight: tensor(conv.weight.shape) }]);
  const { inputs: bases } = await responseBases(dead, narrowable, { images: colouredImages(1), engine });
  const ranks = bothEndsAt(
    network,
    narrowable.map((layer) => [layer, 16]),
  );
  const logits = await run(narrowInputs(dead, ranks, bases), inputs, engine);
  assert.ok(logits.data.every(Number.isFinite));
});
