import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Matrix } from "ml-matrix";
import { refitKernel } from "../../../../lib/compression/fit/kernelRefit";
import { MomentStream } from "../../../../lib/compression/measure/moments";
import { PatchSampler } from "../../../../lib/compression/measure/patches";
import { PositionSamples } from "../../../../lib/compression/measure/samples";
import type { LayerVisit } from "../../../../lib/compression/measure/walk";
import { type DoubleProducts, doubleProducts } from "../../../../lib/engines/doubleProducts";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { type Conv, imageInput } from "../../../../lib/network/network";
import { Random } from "../../../../lib/core/random";
import { type Tensor, tensor } from "../../../../lib/core/tensor";
import { assertNear } from "../../../support/close";
import { biasedConv, normalTensor } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const random = new Random(7);
const inputs = normalTensor(random, [30, 4, 6, 6]);
const answers = (conv: Conv, images = inputs) => run({ nodes: [conv] }, images, engine);
const conv = (stride = 1) => biasedConv(random, "layer", imageInput, [5, 4, 3, 3], stride);

/** A visit of a layer that is to answer with `target`, in two batches. */
async function visit(layer: Conv, target: Tensor): Promise<LayerVisit> {
  const response = await answers(layer);
  const half = ({ shape: [count, ...sides], data }: Tensor, part: number) =>
    tensor([count / 2, ...sides], data.subarray((part * data.length) / 2, ((part + 1) * data.length) / 2));
  return {
    conv: layer,
    relu: false,
    batches: async function* () {
      for (const part of [0, 1])
        yield { input: half(inputs, part), response: half(response, part), target: half(target, part) };
    },
  };
}

const squares = (a: Tensor, b: Tensor) => a.data.reduce((sum, value, i) => sum + (value - b.data[i]) ** 2, 0);

let products: DoubleProducts;
before(async () => {
  products = await doubleProducts(1);
});

describe("patches", () => {
  test("rows: the same number of every image, 256 at most, and 65,536 of all", () => {
    const totals = [1, 100, 1000, 100_000].map((images) => new PatchSampler(conv(), images).total(1024));
    assert.deepEqual(totals, [256, 25_600, 65_000, 100_000]);
    assert.equal(new PatchSampler(conv(), 100).total(16), 1600);
  });

  for (const stride of [1, 2])
    test(`times the kernel they are the answers at their positions, borders included, at stride ${stride}`, async () => {
      const layer = conv(stride);
      const response = await answers(layer);
      const { patches, missing } = new PatchSampler(layer, 30).rowsOf({
        input: inputs,
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
      const refitted = await refitKernel(await visit(layer, target), images, { products, engine });
      if (stride === 2) return assert.equal(refitted, undefined);
      assert.ok(refitted);
      assert.ok(squares(await answers(refitted.conv), target) < 1e-4 * squares(await answers(layer), target));
    });

  test("never errs more on what it was fitted to, and as it was where it erred not at all", async () => {
    const layer = conv();
    const own = await answers(layer);
    const noisy = tensor(
      own.shape,
      own.data.map((value) => value + 0.5 * random.normal()),
    );
    const better = await refitKernel(await visit(layer, noisy), 30, { products, engine });
    assert.ok(better);
    assert.ok(squares(await answers(better.conv), noisy) < squares(own, noisy));
    const same = await refitKernel(await visit(layer, own), 30, { products, engine });
    assert.ok(same);
    assert.ok(squares(await answers(same.conv), own) < 1e-9);
  });

  for (const biased of [true, false])
    test(`tells the moments and samples that its answers ${biased ? "" : "without a bias before "}really have`, async () => {
      const layer = { ...conv(), ...(!biased && { bias: undefined }) };
      const target = await answers(conv());
      const positions = new PositionSamples(30);
      const refit = await refitKernel(await visit(layer, target), 30, { products, engine }, positions);
      assert.ok(refit?.samples);
      const own = await answers(refit.conv);
      const stream = new MomentStream(products, 5, 5);
      await stream.add(own, target);
      // 30 images of 36 positions are all drawn.
      const expected = stream.moments();
      assert.equal(refit.moments.count, expected.count);
      assertNear(refit.moments.energy / expected.energy, 1, 1e-4);
      for (const key of ["meanX", "meanY"] as const)
        refit.moments[key].forEach((value, i) => {
          assertNear(value, expected[key][i], 1e-4);
        });
      for (const key of ["xx", "yx"] as const)
        assert.ok(Matrix.sub(refit.moments[key], expected[key]).abs().max() < 1e-4 * expected.energy);
      const { x, y } = refit.samples;
      assert.deepEqual(
        [x.shape, y.shape],
        [
          [1080, 5],
          [1080, 5],
        ],
      );
      for (let row = 0; row < 1080; row++)
        for (let channel = 0; channel < 5; channel++) {
          const at = (Math.floor(row / 36) * 5 + channel) * 36 + (row % 36);
          assertNear(x.data[row * 5 + channel], own.data[at], 1e-4);
          assert.equal(y.data[row * 5 + channel], target.data[at]);
        }
    });

  test("collects nothing where the images are too few", async () => {
    const [layer, wanted] = [conv(2), conv(2)];
    const positions = new PositionSamples(30);
    const found = await refitKernel(await visit(layer, await answers(wanted)), 30, { products, engine }, positions);
    assert.equal(found, undefined);
    assert.throws(() => positions.samples(), /no samples/);
  });
});
