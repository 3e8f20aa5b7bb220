import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sizeOf, type StateDict, tensor } from "../../../lib/core/tensor";
import { UserError } from "../../../lib/core/errors";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { tensorflow } from "../../../lib/engines/tensorflow";
import { foldBatchNorms } from "../../../lib/network/foldBatchNorms";
import { featureCount, linearHeads, withHead } from "../../../lib/network/head";
import { inputSplit } from "../../../lib/network/inputSplit";
import { convOf } from "../../../lib/network/layerOf";
import { withLowRankLayer } from "../../../lib/network/lowRank";
import { type Conv, costs, imageChannels, parameterCount } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { spatialSplit } from "../../../lib/network/spatialSplit";
import { tucker2 } from "../../../lib/network/tucker2";
import { recordedResnet, recordedResnets } from "../../fixtures/resnets/recorded";

function largestDifference(actual: Float32Array, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  return actual.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
}

for (const { kind, stateDict, images, logits } of recordedResnets)
  test(`of ${kind}: the logits are PyTorch's on both engines, also with batch norms folded`, async () => {
    const { network, classes } = readNetwork(stateDict, "own.pth");
    assert.equal(classes, 3);
    assert.equal(imageChannels(network), images.shape[1]);
    for (const engine of [onnxRuntime(1), await tensorflow()])
      for (const each of [network, foldBatchNorms(network)])
        assert.ok(largestDifference((await run(each, images, engine)).data, logits) < 1e-4, engine.name);
  });

interface Family {
  blocks: number[];
  bottleneck?: boolean;
  /** Of a bottleneck's 3 × 3 convolution over its outputs' quarter. */
  width?: number;
  groups?: number;
  stem?: number;
  inputs?: number;
  first?: number;
}

/** Shapes of a network as torchvision builds it; its numbers lie in no memory of their own. */
function family({ blocks, bottleneck, width = 1, groups = 1, stem = 7, inputs = 3, first = 64 }: Family): StateDict {
  const shapes: Record<string, number[]> = {};
  const conv = (name: string, norm: string, shape: number[]) => {
    shapes[`${name}.weight`] = shape;
    for (const part of ["weight", "bias", "running_mean", "running_var"]) shapes[`${norm}.${part}`] = [shape[0]];
  };
  conv("conv1", "bn1", [first, inputs, stem, stem]);
  let channels = first;
  blocks.forEach((count, stage) => {
    for (let i = 0; i < count; i++) {
      const [name, planes] = [`layer${stage + 1}.${i}`, first * 2 ** stage];
      const [middle, out] = bottleneck ? [planes * width, 4 * planes] : [planes, planes];
      conv(`${name}.conv1`, `${name}.bn1`, bottleneck ? [middle, channels, 1, 1] : [middle, channels, 3, 3]);
      conv(`${name}.conv2`, `${name}.bn2`, [middle, middle / groups, 3, 3]);
      if (bottleneck) conv(`${name}.conv3`, `${name}.bn3`, [out, middle, 1, 1]);
      if (i === 0 && (stage > 0 || channels !== out))
        conv(`${name}.downsample.0`, `${name}.downsample.1`, [out, channels, 1, 1]);
      channels = out;
    }
  });
  shapes["fc.weight"] = [1000, channels];
  shapes["fc.bias"] = [1000];
  const numbers = new Float32Array(Math.max(...Object.values(shapes).map(sizeOf)));
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, tensor(shape, numbers.subarray(0, sizeOf(shape)))]),
  );
}

// Parameters and 10⁹ MACs at 224 × 224 as torchvision documents them.
const documented: [string, Family, number, number][] = [
  ["ResNet-18", { blocks: [2, 2, 2, 2] }, 11_689_512, 1.814],
  ["ResNet-34", { blocks: [3, 4, 6, 3] }, 21_797_672, 3.664],
  ["ResNet-50", { blocks: [3, 4, 6, 3], bottleneck: true }, 25_557_032, 4.089],
  ["ResNet-101", { blocks: [3, 4, 23, 3], bottleneck: true }, 44_549_160, 7.801],
  ["ResNet-152", { blocks: [3, 8, 36, 3], bottleneck: true }, 60_192_808, 11.514],
  ["ResNeXt-50 32x4d", { blocks: [3, 4, 6, 3], bottleneck: true, width: 2, groups: 32 }, 25_028_904, 4.23],
  ["ResNeXt-101 32x8d", { blocks: [3, 4, 23, 3], bottleneck: true, width: 4, groups: 32 }, 88_791_336, 16.414],
  ["ResNeXt-101 64x4d", { blocks: [3, 4, 23, 3], bottleneck: true, width: 4, groups: 64 }, 83_455_272, 15.46],
  ["wide ResNet-50-2", { blocks: [3, 4, 6, 3], bottleneck: true, width: 2 }, 68_883_240, 11.398],
  ["wide ResNet-101-2", { blocks: [3, 4, 23, 3], bottleneck: true, width: 2 }, 126_886_696, 22.753],
];
for (const [name, of, parameters, gmacs] of documented)
  test(`${name}: its name, parameters and multiply-accumulates`, () => {
    const { kind, network, classes, notes } = readNetwork(family(of), "own.pth");
    assert.deepEqual([kind, classes, notes], [name, 1000, []]);
    assert.equal(parameterCount(network), parameters);
    const macs = costs(network, [3, 224, 224]).reduce((sum, cost) => sum + cost.macs, 0);
    assert.equal((macs / 1e9).toFixed(3), gmacs.toFixed(3));
  });

const others: [string, Family][] = [
  ["CIFAR ResNet-18", { blocks: [2, 2, 2, 2], stem: 3 }],
  ["CIFAR ResNet-56", { blocks: [9, 9, 9], stem: 3, first: 16 }],
  ["ResNet-18 for grey images", { blocks: [2, 2, 2, 2], inputs: 1 }],
  ["a ResNet of blocks 2, 3, 3, 2", { blocks: [2, 3, 3, 2] }],
  ["a ResNet of blocks 2, 2, 2, 2", { blocks: [2, 2, 2, 2], first: 32 }],
  ["a ResNet of bottlenecks 1, 2", { blocks: [1, 2], bottleneck: true }],
];
for (const [name, of] of others)
  test(`another one is called ${name}`, () => assert.equal(readNetwork(family(of), "own.pth").kind, name));

test("a 3 × 3 stem keeps the image's sides, which is said", () => {
  const { network, notes } = readNetwork(family({ blocks: [1], stem: 3 }), "own.pth");
  assert.deepEqual(
    costs(network, [3, 20, 24]).find(({ name }) => name === "layer1.0.relu2")?.outputShape,
    [64, 20, 24],
  );
  assert.match(notes.join(), /3 × 3 stem/);
});

test("a stem of another kernel, and channels that are neither grey nor colours, are refused", () => {
  for (const of of [{ stem: 5 }, { inputs: 4 }])
    assert.throws(
      () => readNetwork(family({ blocks: [2, 2, 2, 2], ...of }), "own.pth"),
      /own\.pth: .*nearest: ResNet-18, but conv1\.weight has shape \(.*\) instead of \(64, 3, 7, 7\)$/,
    );
});

test("the nearest known network is named, and what lacks", () => {
  const dict = family({ blocks: [3, 4, 6, 3] });
  dict.delete("layer3.5.conv2.weight");
  assert.throws(() => readNetwork(dict, "own.pth"), /; nearest: ResNet-34, but layer3\.5\.conv2\.weight is missing$/);
  const deeper = family({ blocks: [3, 4, 20, 3], bottleneck: true });
  for (const part of ["weight", "bias"]) deeper.delete(`bn1.${part}`);
  assert.throws(
    () => readNetwork(deeper, "own.pth"),
    /; nearest: ResNet-101, but bn1\.weight is missing; bn1\.bias is missing$/,
  );
});

test("shortcuts without weights are refused by that reason, some that are missing by their names", () => {
  for (const first of [16, 64]) {
    const whole = family({ blocks: [3, 3, 3], stem: 3, first });
    const bare = new Map([...whole].filter(([name]) => !name.includes("downsample")));
    assert.throws(() => readNetwork(bare, "own.pth"), /^FileError: own\.pth: [^\n]*its shortcuts have no weights/);
    whole.delete("layer2.0.downsample.0.weight");
    assert.throws(() => readNetwork(whole, "own.pth"), /but layer2\.0\.downsample\.0\.weight is missing$/);
  }
});

test("a number of blocks that no network has costs no time", () => {
  const dict = family({ blocks: [2, 2, 2, 2] });
  dict.set("layer1.99999999.conv1.weight", dict.get("conv1.weight")!);
  assert.throws(() => readNetwork(dict, "own.pth"), /layer1\.99999999\.conv1\.weight does not belong there/);
});

describe("a grouped convolution", () => {
  const { stateDict } = recordedResnet("grouped convolutions");
  const { network } = readNetwork(stateDict, "own.pth");
  const grouped = convOf(network, "layer2.1.conv2");

  test("sees a part of the inputs only", () => {
    assert.equal(grouped.groups, 4);
    assert.equal(grouped.weight.shape[1], grouped.weight.shape[0] / 4);
  });

  const splits: ((conv: Conv) => unknown)[] = [
    (conv) => inputSplit(conv, 1),
    (conv) => spatialSplit(conv, 1),
    (conv) => tucker2(conv, [1, 1]),
    ({ name }) => withLowRankLayer(network, name, 1),
  ];
  for (const split of splits)
    test(`is not split: ${split}`, () => {
      assert.throws(() => split(grouped), {
        name: "UserError",
        message: /layer2\.1\.conv2 is a convolution of 4 groups/,
      });
    });
});

test("without a head the features come out, and a head can follow them", async () => {
  const { stateDict, images } = recordedResnet("bottlenecks");
  const headless = new Map([...stateDict].filter(([name]) => !name.startsWith("fc.")));
  const { network, classes } = readNetwork(headless, "own.pth");
  assert.deepEqual([classes, featureCount(network)], [undefined, 256]);
  assert.deepEqual((await run(network, images, onnxRuntime(1))).shape, [2, 256]);
  const [head] = linearHeads(256, 5, [0]);
  assert.deepEqual((await run(withHead(network, head), images, onnxRuntime(1))).shape, [2, 5]);
  assert.throws(() => withHead(network, linearHeads(255, 5, [0])[0]), UserError);
  assert.deepEqual(withHead(withHead(network, head), head), withHead(network, head));
});
