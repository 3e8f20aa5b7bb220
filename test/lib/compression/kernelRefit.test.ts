import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { refitKernel } from "../../../lib/compression/kernelRefit";
import { PatchSampler } from "../../../lib/compression/patches";
import type { LayerVisit } from "../../../lib/compression/walk";
import { type DoubleProducts, doubleProducts } from "../../../lib/engines/doubleProducts";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { runInBatches } from "../../../lib/engines/runInBatches";
import { type Conv, imageInput } from "../../../lib/network/network";
import { Random } from "../../../lib/random";
import { type Tensor, tensor } from "../../../lib/tensor";
import { assertNear } from "../../support/close";
import { biasedConv, normalTensor } from "../../support/smallResnet";

const engine = onnxRuntime(1);
const random = new Random(7);
const inputs = normalTensor(random, [30, 4, 6, 6]);
const answers = (conv: Conv, images = inputs) => runInBatches(engine, { nodes: [conv] }, images);
const conv = (stride = 1) => biasedConv(random, "layer", imageInput, [5, 4, 3, 3], stride);

/** A visit of a layer that is to answer with `target`, in two batches. */
async function visit(layer: Conv, target: Tensor): Promise<LayerVisit> {
  const response = await answers(layer);
  const half = ({ shape: [count, ...sides], data }: Tensor, part: number) =>
    tensor([count / 2, ...sides], data.subarray((part * data.length) / 2, ((part + 1) * data.length) / 2));
  return {
    conv: layer,
    relu: false,
    with: () => assert.fail("not asked for"),
    inputs: async function* () {
      for (const part of [0, 1]) yield half(inputs, part);
    },
    batches: async function* () {
      for (const part of [0, 1]) yield { response: half(response, part), target: half(target, part) };
    },
  };
}

const squares = (a: Tensor, b: Tensor) => a.data.reduce((sum, value, i) => sum + (value - b.data[i]) ** 2, 0);

let products: DoubleProducts;
before(async () => {
  products = await doubleProducts(1);
});
after(() => products.close());

describe("patches", () => {
  for (const stride of [1, 2])
    test(`times the kernel they are the answers at their positions, borders included, at stride ${stride}`, async () => {
      const layer = conv(stride);
      const response = await answers(layer);
      const { patches, missing } = new PatchSampler(layer, 30).rowsOf(inputs, {
        response,
        target: tensor(response.shape),
      });
      const [rows, size] = patches.shape;
      assert.equal(rows, 30 * response.shape[2] * response.shape[3]);
      for (let row = 0; row < rows; row++)
        for (let channel = 0; channel < 5; channel++) {
          let sum = layer.bias!.data[channel];
          for (let i = 0; i < size; i++) sum += patches.data[row * size + i] * layer.weight.data[channel * size + i];
          assertNear(sum, -missing.data[row * 5 + channel], 1e-4);
        }
    });
});

describe("a kernel refitted", () => {
  for (const stride of [1, 2])
    test(`is nearly the one that the answers come from, where another was asked, at stride ${stride}`, async () => {
      const [layer, wanted] = [conv(stride), conv(stride)];
      const target = await answers(wanted);
      const images = 30;
      // At stride 2 there are 270 positions for 36 numbers: too few, so it stays.
      const refitted = await refitKernel(await visit(layer, target), images, products);
      if (stride === 2) return assert.equal(refitted, layer);
      assert.ok(squares(await answers(refitted), target) < 1e-4 * squares(await answers(layer), target));
    });

  test("never errs more on what it was fitted to, and as it was where it erred not at all", async () => {
    const layer = conv();
    const own = await answers(layer);
    const noisy = tensor(
      own.shape,
      own.data.map((value) => value + 0.5 * random.normal()),
    );
    const better = await refitKernel(await visit(layer, noisy), 30, products);
    assert.ok(squares(await answers(better), noisy) < squares(own, noisy));
    const same = await refitKernel(await visit(layer, own), 30, products);
    assert.ok(squares(await answers(same), own) < 1e-9);
  });
});
