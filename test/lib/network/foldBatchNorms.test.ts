import assert from "node:assert/strict";
import { test } from "node:test";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { foldBatchNorms } from "../../../lib/network/foldBatchNorms";
import { cutAfter, imageInput, inputsOf, type Network, type Node, nodeOf } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import type { Tensor } from "../../../lib/core/tensor";
import { formulaImages, formulaStateDict } from "../../support/formulaWeights";

const network = readNetwork(formulaStateDict(10), "formula").network;

async function output(of: Network): Promise<Tensor> {
  const session = await onnxRuntime(1).open(of);
  const result = await session.run(formulaImages(2, 64));
  await session.close();
  return result;
}

function assertClose(first: Tensor, second: Tensor) {
  assert.deepEqual(first.shape, second.shape);
  assert(first.data.every((value, i) => Math.abs(value - second.data[i]) < 1e-5));
}

test("all twenty batch norms of ResNet-18 fold, and the function stays", async () => {
  const folded = foldBatchNorms(network);
  assert.equal(network.nodes.filter(({ kind }) => kind === "batchNorm").length, 20);
  assert.equal(folded.nodes.length, network.nodes.length - 20);
  assertClose(await output(folded), await output(network));
});

test("convolutions keep their names and places, and are read where their batch norms were", () => {
  const folded = foldBatchNorms(network);
  const others = network.nodes.filter(({ kind }) => kind !== "batchNorm");
  assert.deepEqual(
    folded.nodes.map(({ name, kind }) => [name, kind]),
    others.map(({ name, kind }) => [name, kind]),
  );
  assert.deepEqual(inputsOf(nodeOf(folded, "relu")), ["conv1"]);
  assert.deepEqual(inputsOf(nodeOf(folded, "layer2.0.add")), ["layer2.0.conv2", "layer2.0.downsample.0"]);
});

test("a batch norm that is the output stays it, wherever its convolution stood", async () => {
  const [conv, norm] = cutAfter(network, "bn1").nodes;
  const apart: Network = { nodes: [conv, { kind: "relu", name: "relu", input: imageInput }, norm] };
  const folded = foldBatchNorms(apart);
  assert.deepEqual(
    folded.nodes.map(({ name }) => name),
    ["relu", "conv1"],
  );
  assertClose(await output(folded), await output(apart));
});

test("a convolution's bias passes through its batch norm", async () => {
  const [conv, norm] = cutAfter(network, "bn1").nodes;
  const bias = { shape: [64], data: Float32Array.from({ length: 64 }, (_, i) => i / 64) };
  const biased = { nodes: [{ ...conv, bias } as Node, norm] };
  assertClose(await output(foldBatchNorms(biased)), await output(biased));
});

test("a batch norm stays where its input is no convolution, or is read elsewhere too", async () => {
  const [conv, norm] = cutAfter(network, "bn1").nodes;
  const shared: Network = { nodes: [conv, norm, { kind: "add", name: "sum", inputs: ["conv1", "bn1"] }] };
  assert.deepEqual(foldBatchNorms(shared), shared);
  const alone: Network = {
    nodes: [conv, { kind: "relu", name: "relu", input: "conv1" }, { ...norm, input: "relu" } as Node],
  };
  assert.deepEqual(foldBatchNorms(alone), alone);
  const unread: Network = { nodes: [{ ...norm, input: imageInput } as Node] };
  assert.deepEqual(foldBatchNorms(unread), unread);
});
