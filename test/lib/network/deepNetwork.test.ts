import assert from "node:assert/strict";
import { test } from "node:test";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { deepNetwork } from "../../../lib/network/deepNetwork";
import { costs, parameterCount } from "../../../lib/network/network";
import { formulaImages } from "../../support/formulaWeights";

const macs = (layers: number) => costs(deepNetwork(layers), [3, 48, 48]).reduce((sum, cost) => sum + cost.macs, 0);

test("layers are convolutions and the linear layer; the last node is the linear layer", () => {
  for (const layers of [2, 6, 34]) {
    const { nodes } = deepNetwork(layers);
    assert.equal(nodes.filter(({ kind }) => kind === "conv" || kind === "linear").length, layers);
    assert.equal(nodes[nodes.length - 1].name, "fc");
  }
});

test("each block costs the same parameters and multiply-accumulates", () => {
  const block = { parameters: 2 * (64 * 64 * 9 + 128), macs: 2 * 64 * 64 * 9 * 12 * 12 };
  for (const layers of [4, 18, 34]) {
    assert.equal(parameterCount(deepNetwork(layers)) - parameterCount(deepNetwork(layers - 2)), block.parameters);
    assert.equal(macs(layers) - macs(layers - 2), block.macs);
  }
});

test("the deepest network still computes finite numbers, which differ from image to image", async () => {
  const session = await onnxRuntime(1).open(deepNetwork(34));
  const { shape, data } = await session.run(formulaImages(2, 48));
  await session.close();
  assert.deepEqual(shape, [2, 10]);
  assert(data.every(Number.isFinite));
  assert.notEqual(data[0], data[10]);
});

test("an odd number of layers, or fewer than two, is refused", () => {
  for (const layers of [0, 3, 17]) assert.throws(() => deepNetwork(layers), /even number from 2/);
});
