import assert from "node:assert/strict";
import { test } from "node:test";
import { madeUpSplits } from "../../../lib/compression/madeUpSplits";
import { type Conv, costs, imageInput } from "../../../lib/network/network";
import { inputRank, macsOfSplit, partsOf } from "../../../lib/network/splitRanks";
import { sizeOf, tensor } from "../../../lib/core/tensor";

function conv(shape: number[], stride: number): Conv {
  const padding = (shape[2] - 1) / 2;
  const weight = tensor(shape, new Float32Array(sizeOf(shape)).fill(0.1));
  return { kind: "conv", name: "c", input: imageInput, weight, stride: [stride, stride], padding: [padding, padding] };
}

test("inputs are narrowed by the share of the outputs, in whole blocks, where that narrows them", () => {
  assert.equal(inputRank(conv([64, 64, 3, 3], 1), 32), 32);
  assert.equal(inputRank(conv([128, 64, 3, 3], 2), 48), 24);
  assert.equal(inputRank(conv([64, 64, 3, 3], 1), 1), 8);
  assert.equal(inputRank(conv([64, 64, 3, 3], 1), 62), undefined);
});

test("1 × 1 kernels and the image's few channels stay", () => {
  assert.equal(inputRank(conv([128, 64, 1, 1], 2), 32), undefined);
  assert.equal(inputRank(conv([64, 3, 7, 7], 2), 16), undefined);
});

test("multiply-accumulates of a split are those of its parts", () => {
  for (const [shape, stride] of [
    [[64, 32, 3, 3], 1],
    [[64, 32, 3, 3], 2],
    [[64, 32, 1, 1], 2],
    [[32, 3, 7, 7], 2],
  ] as const) {
    const layer = conv([...shape], stride);
    const image = [shape[1], 16, 16];
    const total = (ranks: Map<string, number>) =>
      costs(madeUpSplits({ nodes: [layer] }, ranks), image).reduce((sum, { macs }) => sum + macs, 0);
    const places = (16 / stride) ** 2;
    assert.equal(places * macsOfSplit(layer), total(new Map()));
    for (const rank of [8, 16]) assert.equal(places * macsOfSplit(layer, rank), total(new Map([["c", rank]])));
  }
});

test("the names of the parts", () => {
  assert.deepEqual(partsOf("layer1.0.conv1"), ["layer1.0.conv1.in", "layer1.0.conv1.0", "layer1.0.conv1.1"]);
});
