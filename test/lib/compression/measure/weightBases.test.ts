import assert from "node:assert/strict";
import { before, test } from "node:test";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { splitByBases } from "../../../../lib/compression/fit/splitByBases";
import type { LayerBases } from "../../../../lib/compression/measure/layerBases";
import { weightBases } from "../../../../lib/compression/measure/weightBases";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { convOf } from "../../../../lib/network/layerOf";
import { cutAfter, type Network } from "../../../../lib/network/network";
import { outputSplit } from "../../../../lib/network/outputSplit";
import { replaceNode } from "../../../../lib/network/rewire";
import { assertNear } from "../../../support/close";
import { randomConv, relativeDistance } from "../../../support/factorization";
import { outputsAt } from "../../../support/plans";
import { colouredImages, smallLayers, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const network = smallResnet();
const images = colouredImages(12);
const inputs = preprocess(images, 0, images.count);
const valueAt = (of: Network, name: string) => run(cutAfter(of, name), inputs, engine);
let own: LayerBases;
before(async () => {
  own = await weightBases(network, smallLayers, 1);
});

test("a split by the weights' bases is the truncated SVD, whatever the layer and the rank", async () => {
  for (const layer of smallLayers)
    for (const rank of [1, 3, 8]) {
      const split = await splitByBases(network, outputsAt([[layer, rank]]), own, 1);
      const truncated = replaceNode(network, layer, outputSplit(convOf(network, layer), rank));
      const distance = relativeDistance(await valueAt(truncated, `${layer}.1`), await valueAt(split, `${layer}.1`));
      assert.ok(distance < 1e-4, `${layer} at rank ${rank}: ${distance}`);
    }
});

test("such a split keeps the bias, and a layer without one gets none but zeros", async () => {
  for (const layer of smallLayers) {
    const split = await splitByBases(network, outputsAt([[layer, 2]]), own, 1);
    convOf(split, `${layer}.1`).bias?.data.forEach((value, i) => {
      assertNear(value, convOf(network, layer).bias?.data[i] ?? Number.NaN, 1e-5);
    });
    assert.equal(convOf(split, `${layer}.0`).bias, undefined);
  }
  const bare: Network = { nodes: [randomConv([8, 3, 3, 3])] };
  const { bias } = convOf(await splitByBases(bare, outputsAt([["c", 2]]), await weightBases(bare, ["c"], 1), 1), "c.1");
  assert.ok(bias === undefined || bias.data.every((value) => value === 0));
});
