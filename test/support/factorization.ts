import assert from "node:assert/strict";
import { test } from "node:test";
import { onnxRuntime } from "../../lib/engines/onnxRuntime";
import { run } from "../../lib/engines/run";
import { type Conv, imageInput, inputsOf, type Network, nodeOf } from "../../lib/network/network";
import { foldBatchNorms } from "../../lib/network/foldBatchNorms";
import { replaceNode } from "../../lib/network/rewire";
import { readNetwork } from "../../lib/network/resnet";
import { Random } from "../../lib/core/random";
import { sizeOf, type Tensor, tensor } from "../../lib/core/tensor";
import { formulaImages, formulaStateDict } from "./formulaWeights";

/** A way to replace a convolution by a chain of smaller ones, and what its tests need to know of it. */
export interface Factorization<Rank> {
  name: string;
  factorize(conv: Conv, rank: Rank): Conv[];
  /** The shapes of the chain's weights. */
  shapes(conv: Conv, rank: Rank): number[][];
  fullRank(conv: Conv): Rank;
  /** Ranks of a 3 × 3 convolution of 6 to 8 channels, each holding the one before it; the planted kernel's among them. */
  ascending: Rank[];
  planted: Rank;
  wrong: Rank[];
}

const engine = onnxRuntime(1);
const random = new Random(5);

function normal(shape: number[]): Tensor {
  return tensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );
}

/** A convolution of random weights that reads the image. */
export function randomConv(
  shape: number[],
  stride: [number, number] = [1, 1],
  padding: [number, number] = [1, 1],
  biased = false,
): Conv {
  const bias = biased ? normal([shape[0]]) : undefined;
  return { kind: "conv", name: "c", input: imageInput, weight: normal(shape), bias, stride, padding };
}

const cases: Record<string, Conv> = {
  "3 × 3": randomConv([8, 6, 3, 3]),
  "3 × 3, stride 2, bias": randomConv([8, 6, 3, 3], [2, 2], [1, 1], true),
  "7 × 7, stride 2": randomConv([10, 3, 7, 7], [2, 2], [3, 3]),
  "1 × 1, stride 2, bias": randomConv([12, 5, 1, 1], [2, 2], [0, 0], true),
  "3 × 5, strides 2 and 1, bias": randomConv([4, 7, 3, 5], [2, 1], [1, 2], true),
};

/** The one convolution's weight that a chain amounts to: its answers to images of a single one, nothing around them. */
export async function kernelOf(chain: readonly Conv[], [, inputs, high, wide]: number[]): Promise<Tensor> {
  const count = inputs * high * wide;
  const images = tensor([count, inputs, high, wide]);
  for (let i = 0; i < count; i++) images.data[i * count + i] = 1;
  const nodes = chain.map((conv): Conv => ({ ...conv, padding: [0, 0], bias: undefined }));
  const answers = await run({ nodes }, images, engine);
  const outs = answers.shape[1];
  const kernel = tensor([outs, inputs, high, wide]);
  for (let i = 0; i < count; i++) {
    for (let out = 0; out < outs; out++) kernel.data[out * count + i] = answers.data[i * outs + out];
  }
  return kernel;
}

/** ‖a − b‖ / ‖a‖. */
export function relativeDistance(a: Tensor, b: Tensor): number {
  assert.deepEqual(b.shape, a.shape);
  const squares = (of: (i: number) => number) => a.data.reduce((sum, _, i) => sum + of(i) ** 2, 0);
  return Math.sqrt(squares((i) => a.data[i] - b.data[i]) / squares((i) => a.data[i]));
}

/** Registers what must hold for every factorization. */
export function testFactorization<Rank>(scheme: Factorization<Rank>): void {
  const { name, factorize } = scheme;

  for (const [title, conv] of Object.entries(cases)) {
    test(`${name} of ${title}: at full rank the chain computes what the convolution computes`, async () => {
      const images = normal([2, conv.weight.shape[1], 9, 11]);
      const whole = await run({ nodes: [conv] }, images, engine);
      const chain = factorize(conv, scheme.fullRank(conv));
      assert(relativeDistance(whole, await run({ nodes: chain }, images, engine)) < 1e-6);
    });

    test(`${name} of ${title}: names, wiring, shapes, and the bias on the last`, () => {
      const rank = scheme.fullRank(conv);
      const chain = factorize(conv, rank);
      const names = chain.map((_, i) => `c.${i}`);
      assert.deepEqual(
        chain.map((part) => part.name),
        names,
      );
      assert.deepEqual(chain.flatMap(inputsOf), [imageInput, ...names.slice(0, -1)]);
      assert.deepEqual(
        chain.map(({ weight }) => weight.shape),
        scheme.shapes(conv, rank),
      );
      assert.deepEqual(
        chain.map(({ bias }) => bias),
        chain.map((_, i) => (i === chain.length - 1 ? conv.bias : undefined)),
      );
    });
  }

  test(`${name}: the kernel's error falls with every rank, and is nothing at full rank`, async () => {
    const conv = randomConv([8, 6, 3, 3]);
    const errors: number[] = [];
    for (const rank of [...scheme.ascending, scheme.fullRank(conv)]) {
      errors.push(relativeDistance(conv.weight, await kernelOf(factorize(conv, rank), conv.weight.shape)));
    }
    errors.forEach((error, i) => {
      assert(error < (i === 0 ? 1 : errors[i - 1]), errors.join(" "));
    });
    assert(errors[errors.length - 1] < 1e-6);
  });

  test(`${name}: a planted kernel is found exactly at its rank, and not below`, async () => {
    const conv = randomConv([8, 6, 3, 3]);
    const made = scheme.shapes(conv, scheme.planted).map((shape, i) => ({
      ...randomConv(shape),
      name: `p.${i}`,
      input: i === 0 ? imageInput : `p.${i - 1}`,
    }));
    const planted = { ...conv, weight: await kernelOf(made, conv.weight.shape) };
    const below = scheme.ascending[scheme.ascending.indexOf(scheme.planted) - 1];
    const error = async (rank: Rank) =>
      relativeDistance(planted.weight, await kernelOf(factorize(planted, rank), conv.weight.shape));
    assert((await error(scheme.planted)) < 1e-6);
    assert((await error(below)) > 1e-2);
  });

  test(`${name}: ranks out of range are refused`, () => {
    const refusal = { name: "UserError", message: /^rank .* for .*c: .* from 1 to \d+$/ };
    for (const rank of scheme.wrong) assert.throws(() => factorize(cases["3 × 3"], rank), refusal);
  });

  test(`${name}: ResNet-18 with a layer of every kind at full rank keeps its logits`, async () => {
    const network = foldBatchNorms(readNetwork(formulaStateDict(10), "formula").network);
    const layers = ["conv1", "layer1.1.conv2", "layer2.0.conv1", "layer2.0.downsample.0", "layer3.0.conv1"];
    const changed = layers.reduce((before: Network, layer) => {
      const conv = nodeOf(network, layer) as Conv;
      return replaceNode(before, layer, factorize(conv, scheme.fullRank(conv)));
    }, network);
    const images = formulaImages(2, 64);
    const [expected, logits] = [await run(network, images, engine), await run(changed, images, engine)];
    const worst = Math.max(...expected.data.map((value, i) => Math.abs(value - logits.data[i])));
    assert(worst < 1e-4, `${worst}`);
  });
}
