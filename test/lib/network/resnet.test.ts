import assert from "node:assert/strict";
import { test } from "node:test";
import { FileError } from "../../../lib/core/errors";
import { costs, cutAfter, nodeOf, parameterCount } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { formulaStateDict } from "../../support/formulaWeights";

const complete = formulaStateDict(10);
const network = readNetwork(complete, "a.pth").network;

test("parameters are counted as PyTorch counts them", () => {
  assert.equal(parameterCount(network), 11_181_642);
  // torchvision documents 11,689,512 for 1000 classes.
  assert.equal(parameterCount(readNetwork(formulaStateDict(1000), "a.pth").network), 11_689_512);
});

test("multiply-accumulates are those that torchvision documents: 1.814 G for 1000 classes at 224 × 224", () => {
  const all = costs(readNetwork(formulaStateDict(1000), "a.pth").network, [3, 224, 224]);
  assert.equal((all.reduce((sum, { macs }) => sum + macs, 0) / 1e9).toFixed(3), "1.814");
  const of = (name: string) => all.find((cost) => cost.name === name)!;
  assert.equal(of("conv1").macs, 64 * 3 * 49 * 112 * 112);
  assert.deepEqual(of("layer4.1.relu2").outputShape, [512, 7, 7]);
  assert.deepEqual(of("fc").outputShape, [1000]);
  assert.equal(of("fc").bytes, 4 * (512 + 1000 * 513 + 1000));
});

test("cutting keeps only what the new output needs", () => {
  assert.equal(cutAfter(network, "avgpool").nodes.length, network.nodes.length - 1);
  const cut = cutAfter(network, "layer2.0.downsample.1").nodes.map(({ name }) => name);
  assert.deepEqual(cut.slice(-3), ["layer1.1.relu2", "layer2.0.downsample.0", "layer2.0.downsample.1"]);
  assert.throws(() => cutAfter(network, "layer5"), /no node layer5/);
});

test("torchvision's num_batches_tracked may be there", () => {
  const counted = new Map(complete).set("bn1.num_batches_tracked", { shape: [], data: new Float32Array([7]) });
  assert.equal(readNetwork(counted, "a.pth").network.nodes.length, network.nodes.length);
  assert.equal(nodeOf(network, "bn1").kind, "batchNorm");
});

function changed(change: (dict: Map<string, { shape: number[]; data: Float32Array }>) => void) {
  const dict = new Map(
    [...complete].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  );
  change(dict);
  return () => readNetwork(dict, "own.pth");
}

const faults: [string, Parameters<typeof changed>[0], RegExp][] = [
  [
    "an empty state dict",
    (dict) => dict.clear(),
    /nearest: ResNet-18, but conv1\.weight is missing; .*; it holds no tensor$/,
  ],
  [
    "another network, some of whose names it shows",
    (dict) => {
      for (const [name, value] of [...dict]) {
        dict.delete(name);
        dict.set(`features.${name}`.replace("layer", "denseblock"), value);
      }
    },
    /conv1\.weight is missing; .*; it holds features\.\w+.*, features\.\w+.*, and \d+ more$/,
  ],
  [
    "a missing tensor",
    (dict) => dict.delete("layer3.0.bn2.bias"),
    /; nearest: ResNet-18, but layer3\.0\.bn2\.bias is missing$/,
  ],
  [
    "a squeeze-and-excitation block, which would change the function",
    (dict) => dict.set("layer1.0.se.fc1.weight", dict.get("bn1.bias")!),
    /layer1\.0\.se\.fc1\.weight does not belong there$/,
  ],
  [
    "a tensor too many within the network",
    (dict) => dict.set("layer5.weight", dict.get("bn1.bias")!),
    /layer5\.weight does not belong there$/,
  ],
  [
    "a wrong shape",
    (dict) => dict.set("conv1.weight", dict.get("fc.weight")!),
    /\(10, 512\) instead of \(64, 3, 7, 7\)$/,
  ],
  [
    "a head for other features",
    (dict) => {
      dict.get("fc.weight")!.shape = [512, 10];
    },
    /fc\.weight has shape \(512, 10\)/,
  ],
  [
    "a head of no class",
    (dict) => dict.set("fc.weight", { shape: [0, 512], data: new Float32Array() }),
    /\(0, 512\) instead of \(1, 512\)/,
  ],
  [
    "NaN",
    (dict) => {
      dict.get("layer1.0.conv1.weight")!.data[5] = Number.NaN;
    },
    /layer1\.0\.conv1\.weight holds NaN or infinity$/,
  ],
  [
    "infinity",
    (dict) => {
      dict.get("fc.bias")!.data[5] = Number.POSITIVE_INFINITY;
    },
    /fc\.bias holds NaN or infinity$/,
  ],
  [
    "a negative variance",
    (dict) => {
      dict.get("bn1.running_var")!.data[0] = -1;
    },
    /bn1\.running_var holds a negative variance$/,
  ],
];

for (const [name, change, reason] of faults) {
  test(`refuses ${name}`, () => {
    assert.throws(changed(change), (error) => {
      assert(error instanceof FileError);
      assert.equal(error.file, "own.pth");
      assert.match(error.message, reason);
      assert(!error.message.includes("\n"));
      return true;
    });
  });
}
