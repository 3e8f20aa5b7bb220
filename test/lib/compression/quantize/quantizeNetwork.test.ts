import assert from "node:assert/strict";
import { test } from "node:test";
import { convolutionsOf, quantizedValues, quantizeNetwork } from "../../../../lib/compression/quantize/quantizeNetwork";
import { normalTensor, Random } from "../../../../lib/core/random";
import { relativeError, type Tensor, tensor } from "../../../../lib/core/tensor";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { profileOperators } from "../../../../lib/engines/profile";
import { tensorflow } from "../../../../lib/engines/tensorflow";
import { type Conv, imageInput, type Network, type Node, nodeOf, type Quantize } from "../../../../lib/network/network";
import { byDefinition } from "../../../support/byDefinition";
import { formulaImages } from "../../../support/formulaWeights";
import { biasedConv, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const small = smallResnet();
const int8 = { layers: convolutionsOf(small), mostWeight: 127 };
const rangesOf = (names: Iterable<string>, low = -6) =>
  new Map([...names].map((name) => [name, { low: /relu|pool/.test(name) ? 0 : low, high: 6 }]));
const quantized = quantizeNetwork(small, rangesOf(quantizedValues(small, int8.layers)), int8);

async function outputs(network: Network, images: Tensor): Promise<Tensor> {
  const session = await engine.open(network);
  const output = await session.run(images);
  await session.close();
  return output;
}

test("bytes stand where int8 layers read and give, and where additions and poolings of bytes do", () => {
  const all = ["image", "relu", "pool", "a.relu1", "a.conv2", "a.relu2", "b.relu1", "b.conv2", "b.down", "b.relu2"];
  assert.deepEqual([...quantizedValues(small, int8.layers)], all);
  assert.deepEqual([...quantizedValues(small, new Set())], []);
  const without = new Set([...int8.layers].filter((name) => name !== "b.down"));
  assert.deepEqual([...quantizedValues(small, without)], all.slice(0, 8));
  assert.deepEqual([...quantizedValues(small, new Set(["b.conv1"]))], ["a.relu2", "b.relu1"]);
});

test("every int8 layer reads rounded values, a pooling keeps its input's grid, and the rest stays as it is", () => {
  const held = (name: string) => nodeOf(quantized, `${name}.quantized`) as Quantize;
  for (const node of quantized.nodes)
    if (node.kind === "conv") assert.equal(nodeOf(quantized, node.input).kind, "quantize", node.name);
  assert.deepEqual([held("pool").scale, held("pool").zeroPoint], [held("relu").scale, held("relu").zeroPoint]);
  assert.deepEqual(nodeOf(quantized, "head"), nodeOf(small, "head"));
  const partly = quantizeNetwork(small, rangesOf(["a.relu2", "b.relu1"]), {
    layers: new Set(["b.conv1"]),
    mostWeight: 127,
  });
  for (const name of ["stem", "a.conv2", "b.down"])
    assert.deepEqual((nodeOf(partly, name) as Conv).weight, (nodeOf(small, name) as Conv).weight);
});

test("weights are whole numbers of at most 127 or 64 times their channel's scale, off by half of it at most", () => {
  for (const mostWeight of [127, 64]) {
    const network = quantizeNetwork(small, rangesOf(quantizedValues(small, int8.layers)), { ...int8, mostWeight });
    for (const name of int8.layers) {
      const [before, after] = [small, network].map((each) => nodeOf(each, name) as Conv);
      const { weightScales, inputScale } = after.int8!;
      const row = after.weight.data.length / after.weight.shape[0];
      let largest = 0;
      for (const [i, value] of after.weight.data.entries()) {
        const scale = weightScales.data[Math.floor(i / row)];
        largest = Math.max(largest, Math.abs(Math.round(value / scale)));
        assert.ok(Math.abs(value / scale - Math.round(value / scale)) < 1e-4);
        assert.ok(Math.abs(value - before.weight.data[i]) <= 0.5001 * scale);
      }
      assert.equal(largest, mostWeight);
      for (const [channel, value] of after.bias!.data.entries())
        assert.ok(Math.abs(value - before.bias!.data[channel]) <= 0.51 * inputScale * weightScales.data[channel]);
    }
  }
});

test("a channel without weights keeps its bias, in steps that int32 holds", async () => {
  const conv = biasedConv(new Random(1), "c", imageInput, [3, 3, 3, 3]);
  const weight = tensor(
    conv.weight.shape,
    conv.weight.data.map((value, i) => value * [1, 0, 1e-15][Math.floor(i / 27)]),
  );
  const network: Network = { nodes: [{ ...conv, weight, bias: tensor([3], Float32Array.of(1, 2, 3)) }] };
  const ranges = rangesOf([imageInput, "c"]);
  const made = quantizeNetwork(network, ranges, { layers: new Set(["c"]), mostWeight: 127 });
  const { data } = await outputs(made, tensor([1, 3, 2, 2]));
  const step = 12 / 255;
  for (const [i, value] of data.entries()) assert.ok(Math.abs(value - [1, 2, 3][Math.floor(i / 4)]) <= 0.51 * step);
});

test("ONNX Runtime computes all convolutions and additions of bytes in int8, the first one too", async () => {
  const { operators } = await profileOperators([quantized], formulaImages(2, 64), { threads: 1, runs: 1 });
  const count = (kind: string) => operators[0].filter(({ operator }) => operator === kind).length;
  assert.equal(count("QLinearConv"), int8.layers.size);
  assert.equal(count("QLinearAdd"), 2);
  assert.equal(count("Conv") + count("FusedConv") + count("Relu") + count("Add"), 0);
});

test("it computes what the network is defined to, but for a rounding here and there", async () => {
  const images = formulaImages(4, 64);
  assert.ok(relativeError(byDefinition(quantized, images), await outputs(quantized, images)) < 0.01);
});

test("TensorFlow.js refuses it in one line", async () => {
  await assert.rejects((await tensorflow()).open(quantized), /^UserError: TensorFlow.js has no int8 arithmetic: .*$/);
});

// From here on: each operator against arithmetic of whole numbers, as a processor with int8 does it.

const clamp = (value: number, low = 0, high = 255) => Math.min(high, Math.max(low, value));
function evenly(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The whole numbers that stand for values on a node's grid. */
function whole(network: Network, name: string, { data }: Tensor): Int32Array {
  const { scale, zeroPoint } = nodeOf(network, `${name}.quantized`) as Quantize;
  return Int32Array.from(data, (value) => clamp(evenly(value / scale) + zeroPoint));
}

/** At most one in a thousand whole numbers may be off, by one: where float32 puts a value onto the other side of a half. */
function assertAlike(actual: Int32Array, expected: Int32Array): void {
  assert.equal(actual.length, expected.length);
  const off = actual.filter((value, i) => value !== expected[i]);
  assert.ok(actual.every((value, i) => Math.abs(value - expected[i]) <= 1));
  assert.ok(off.length <= actual.length / 1000, `${off.length} of ${actual.length}`);
}

function made(nodes: Node[], ranges: [string, number, number][]): Network {
  const layers = convolutionsOf({ nodes });
  return quantizeNetwork({ nodes }, new Map(ranges.map(([name, low, high]) => [name, { low, high }])), {
    layers,
    mostWeight: 127,
  });
}

/** Sums of (x − zero point) · weight in whole numbers, then one rounding to the output's grid. */
function convolved(network: Network, name: string, output: string, input: Int32Array, side: number): Int32Array {
  const { weight, bias, stride, padding, int8: scales } = nodeOf(network, name) as Conv;
  const [from, to] = [(nodeOf(network, name) as Conv).input, `${output}.quantized`].map(
    (each) => nodeOf(network, each) as Quantize,
  );
  const [out, inputs, kernel] = weight.shape;
  const sides = Math.floor((side + 2 * padding[0] - kernel) / stride[0]) + 1;
  const result = new Int32Array(out * sides * sides);
  for (let channel = 0; channel < out; channel++) {
    const scale = scales!.weightScales.data[channel];
    const shift = Math.round((bias?.data[channel] ?? 0) / Math.fround(scale * from.scale));
    for (let y = 0; y < sides; y++)
      for (let x = 0; x < sides; x++) {
        let sum = shift;
        for (let i = 0; i < inputs; i++)
          for (let dy = 0; dy < kernel; dy++)
            for (let dx = 0; dx < kernel; dx++) {
              const [row, column] = [y * stride[0] + dy - padding[0], x * stride[1] + dx - padding[1]];
              if (row < 0 || column < 0 || row >= side || column >= side) continue;
              const tap = ((channel * inputs + i) * kernel + dy) * kernel + dx;
              const byte = input[(i * side + row) * side + column] - from.zeroPoint;
              sum += byte * Math.round(weight.data[tap] / scale);
            }
        const factor = Math.fround((from.scale * scale) / to.scale);
        result[(channel * sides + y) * sides + x] = clamp(evenly(Math.fround(sum * factor)) + to.zeroPoint);
      }
  }
  return result;
}

const side = 24;
const image = normalTensor([1, 8, side, side], 5);

test("a convolution: products of bytes, a sum, one rounding; padding is 0", async () => {
  for (const [kernel, stride] of [
    [3, 1],
    [3, 2],
    [1, 1],
  ]) {
    const conv = biasedConv(new Random(kernel), "c", imageInput, [16, 8, kernel, kernel], stride);
    const network = made(
      [conv],
      [
        [imageInput, -2.5, 3],
        ["c", -4, 5],
      ],
    );
    const expected = convolved(network, "c", "c", whole(network, imageInput, image), side);
    assertAlike(whole(network, "c", await outputs(network, image)), expected);
  }
});

test("a convolution and its ReLU: what is below 0 is cut by the rounding", async () => {
  const conv = biasedConv(new Random(2), "c", imageInput, [16, 8, 3, 3]);
  const network = made(
    [conv, { kind: "relu", name: "r", input: "c" }],
    [
      [imageInput, -3, 2],
      ["r", 0, 4],
    ],
  );
  const expected = convolved(network, "c", "r", whole(network, imageInput, image), side);
  assert.ok(expected.filter((value) => value === 0).length > expected.length / 4);
  assertAlike(whole(network, "r", await outputs(network, image)), expected);
});

test("an addition: both inputs on their own grids, one rounding", async () => {
  const random = new Random(4);
  const conv = (name: string) => biasedConv(random, name, imageInput, [8, 8, 1, 1]);
  const add: Node = { kind: "add", name: "sum", inputs: ["a", "b"] };
  const ranges: [string, number, number][] = [
    [imageInput, -3, 3],
    ["a", -3.1, 4.217],
    ["b", -6.319, 2.143],
    ["sum", -5.171, 5.037],
  ];
  const network = made([conv("a"), conv("b"), add], ranges);
  const grids = ["a", "b", "sum"].map((name) => nodeOf(network, `${name}.quantized`) as Quantize);
  const bytes = whole(network, imageInput, image);
  const [a, b] = ["a", "b"].map((name) => convolved(network, name, name, bytes, side));
  const expected = a.map((_, i) => {
    const [first, second] = [a, b].map((values, k) => (values[i] - grids[k].zeroPoint) * grids[k].scale);
    return clamp(evenly((first + second) / grids[2].scale) + grids[2].zeroPoint);
  });
  assertAlike(whole(network, "sum", await outputs(network, image)), expected);
});

test("a pooling takes the largest byte", async () => {
  const conv = biasedConv(new Random(6), "c", imageInput, [8, 8, 1, 1]);
  const nodes: Node[] = [
    conv,
    { kind: "relu", name: "r", input: "c" },
    { kind: "maxPool", name: "p", input: "r", size: 2, stride: 2, padding: 0 },
  ];
  const network = made(nodes, [
    [imageInput, -3, 3],
    ["r", 0, 4],
  ]);
  const bytes = convolved(network, "c", "r", whole(network, imageInput, image), side);
  const half = side / 2;
  const expected = Int32Array.from({ length: 8 * half * half }, (_, at) => {
    const first = Math.floor(at / half) * 2 * side + 2 * (at % half);
    return Math.max(bytes[first], bytes[first + 1], bytes[first + side], bytes[first + side + 1]);
  });
  assertAlike(whole(network, "p", await outputs(network, image)), expected);
});

test("sums of two products, which processors without VNNI take in 16 bits, are right at 64 and wrong at 127", () => {
  for (const [mostWeight, right] of [
    [64, true],
    [127, false],
  ] as [number, boolean][]) {
    const network = quantizeNetwork(small, rangesOf(quantizedValues(small, int8.layers)), { ...int8, mostWeight });
    const { weight, int8: scales } = nodeOf(network, "b.conv2") as Conv;
    const row = weight.data.length / weight.shape[0];
    const wrong = [...scales!.weightScales.data].filter((scale, channel) => {
      const weights = [...weight.data.subarray(channel * row, (channel + 1) * row)].map((w) => Math.round(w / scale));
      // The worst input of bytes: the largest where a weight is positive.
      const products = weights.map((w) => (w > 0 ? 255 : 0) * w);
      const pairs = Array.from({ length: row / 2 }, (_, i) => products[2 * i] + products[2 * i + 1]);
      return pairs.some((sum) => clamp(sum, -(2 ** 15), 2 ** 15 - 1) !== sum);
    });
    assert.equal(wrong.length === 0, right, `${wrong.length} channels`);
  }
});
