import assert from "node:assert/strict";
import { test } from "node:test";
import { placeholderSplits } from "../../../lib/compression/placeholders";
import { type Conv, costs, imageInput } from "../../../lib/network/network";
import {
  bytesOfSplit,
  type LayerRanks,
  macsOfSplit,
  partsOf,
  ranksOfBothEnds,
  sameRanks,
} from "../../../lib/network/rankPlan";
import { sizeOf, tensor } from "../../../lib/core/tensor";

function conv(shape: number[], stride: number): Conv {
  const padding = (shape[2] - 1) / 2;
  const weight = tensor(shape, new Float32Array(sizeOf(shape)).fill(0.1));
  return { kind: "conv", name: "c", input: imageInput, weight, stride: [stride, stride], padding: [padding, padding] };
}

test("inputs are narrowed by the share of the outputs, in whole blocks, where that narrows them", () => {
  assert.equal(ranksOfBothEnds(conv([64, 64, 3, 3], 1), 32).input, 32);
  assert.equal(ranksOfBothEnds(conv([128, 64, 3, 3], 2), 48).input, 24);
  assert.equal(ranksOfBothEnds(conv([64, 64, 3, 3], 1), 1).input, 8);
  assert.equal(ranksOfBothEnds(conv([64, 64, 3, 3], 1), 62).input, undefined);
});

test("1 × 1 kernels and the image's few channels stay", () => {
  assert.equal(ranksOfBothEnds(conv([128, 64, 1, 1], 2), 32).input, undefined);
  assert.equal(ranksOfBothEnds(conv([64, 3, 7, 7], 2), 16).input, undefined);
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
    const total = (ranks: Map<string, LayerRanks>) =>
      costs(placeholderSplits({ nodes: [layer] }, ranks), image).reduce((sum, { macs }) => sum + macs, 0);
    const places = (16 / stride) ** 2;
    assert.equal(places * macsOfSplit(layer), total(new Map()));
    for (const rank of [8, 16])
      for (const ranks of [
        { output: rank },
        ranksOfBothEnds(layer, rank),
        { output: rank, input: Math.ceil(shape[1] / 2) },
      ])
        assert.equal(places * macsOfSplit(layer, ranks), total(new Map([["c", ranks]])));
  }
});

test("the names of the parts", () => {
  assert.deepEqual(partsOf("layer1.0.conv1"), ["layer1.0.conv1.in", "layer1.0.conv1.0", "layer1.0.conv1.1"]);
});

test("ranks are the same where both agree, and none are a layer as it is", () => {
  assert.ok(sameRanks(undefined, undefined) && sameRanks({ output: 8 }, { output: 8, input: undefined }));
  assert.ok(!sameRanks(undefined, { output: 8 }) && !sameRanks({ output: 8 }, { output: 8, input: 8 }));
});

test("bytes of a split: both factors, the narrowing and a bias", () => {
  const layer = conv([64, 32, 3, 3], 1);
  assert.equal(bytesOfSplit(layer), 4 * 64 * 32 * 9);
  assert.equal(bytesOfSplit(layer, { output: 8 }), 4 * (8 * 32 * 9 + 64 * 8 + 64));
  assert.equal(bytesOfSplit(layer, { output: 8, input: 16 }), 4 * (32 * 16 + 8 * 16 * 9 + 64 * 8 + 64));
});
