import assert from "node:assert/strict";
import { test } from "node:test";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { foldBatchNorms } from "../../../lib/network/foldBatchNorms";
import { imageInput, inputsOf, type Network } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { segmentsOf } from "../../../lib/network/continueFrom";
import { Random } from "../../../lib/core/random";
import type { Tensor } from "../../../lib/core/tensor";
import { formulaImages, formulaStateDict } from "../../support/formulaWeights";
import { biasedConv, normalTensor, smallResnet } from "../../support/smallResnet";

const engine = onnxRuntime(1);

async function assertSame(network: Network, images: Tensor): Promise<void> {
  const whole = await run(network, images, engine);
  let value = images;
  for (const segment of segmentsOf(network)) value = await run(segment, value, engine);
  assert.deepEqual(value.shape, whole.shape);
  const worst = Math.max(...whole.data.map((logit, i) => Math.abs(logit - value.data[i])));
  assert.ok(worst <= 1e-4, `${worst}`);
}

const lastOf = ({ nodes }: Network) => nodes[nodes.length - 1].name;

test("ResNet-18: stem, eight blocks, head, one after another the network", async () => {
  for (const network of [
    readNetwork(formulaStateDict(10), "formula").network,
    foldBatchNorms(readNetwork(formulaStateDict(10), "formula").network),
  ]) {
    const segments = segmentsOf(network);
    const blocks = [1, 2, 3, 4].flatMap((stage) => [0, 1].map((block) => `layer${stage}.${block}`));
    // The last block keeps the pooling: what is cut off is what begins with a layer.
    const ends = ["maxpool", ...blocks.slice(0, -1).map((block) => `${block}.relu2`), "avgpool", "fc"];
    assert.deepEqual(segments.map(lastOf), ends);
    assert.ok(segments.slice(1, -1).every(({ nodes }, i) => nodes[0].name.startsWith(`${blocks[i]}.`)));
    assert.deepEqual(
      segments.flatMap(({ nodes }) => nodes.map(({ name }) => name)),
      network.nodes.map(({ name }) => name),
    );
    await assertSame(network, formulaImages(2, 64));
  }
});

test("every segment reads the image's place and nothing of the others", () => {
  for (const segment of segmentsOf(smallResnet())) {
    const known = new Set([imageInput, ...segment.nodes.map(({ name }) => name)]);
    assert.ok(segment.nodes.flatMap(inputsOf).every((input) => known.has(input)));
  }
});

test("a plain chain is cut before every layer but the first", async () => {
  const random = new Random(1);
  const chain: Network = {
    nodes: [
      biasedConv(random, "one", imageInput, [4, 3, 3, 3]),
      { kind: "relu", name: "relu1", input: "one" },
      biasedConv(random, "two", "relu1", [5, 4, 3, 3], 2),
      biasedConv(random, "three", "two", [6, 5, 1, 1]),
      { kind: "relu", name: "relu3", input: "three" },
      { kind: "globalAveragePool", name: "pool", input: "relu3" },
      { kind: "linear", name: "head", input: "pool", weight: normalTensor(random, [2, 6]) },
    ],
  };
  assert.deepEqual(segmentsOf(chain).map(lastOf), ["relu1", "two", "pool", "head"]);
  await assertSame(chain, formulaImages(3, 16));
});

test("a single layer, and a block on the image itself, are one segment", () => {
  const conv = biasedConv(new Random(2), "conv", imageInput, [3, 3, 3, 3]);
  const block: Network = { nodes: [conv, { kind: "add", name: "add", inputs: ["conv", imageInput] }] };
  assert.deepEqual(segmentsOf({ nodes: [conv] }), [{ nodes: [conv] }]);
  assert.deepEqual(segmentsOf(block), [block]);
});
