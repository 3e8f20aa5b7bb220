import assert from "node:assert/strict";
import { test } from "node:test";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { responseBases } from "../../../../lib/compression/measure/responseBases";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { inputBasis } from "../../../../lib/compression/measure/inputBasis";
import { MomentStream } from "../../../../lib/compression/measure/moments";
import { offsetCorrelations } from "../../../../lib/compression/measure/offsetCorrelations";
import { outputBasis } from "../../../../lib/compression/measure/layerBases";
import { doubleProducts } from "../../../../lib/engines/doubleProducts";
import { convOf } from "../../../../lib/network/layerOf";
import { cutAfter } from "../../../../lib/network/network";
import type { Tensor } from "../../../../lib/core/tensor";
import { assertNear } from "../../../support/close";
import { colouredImages, smallLayers, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);

test("one walk gives the bases of each layer's responses, and of its inputs where they can be narrowed", async () => {
  const network = smallResnet(1, 32);
  const images = colouredImages(10);
  const products = await doubleProducts(1);
  const { outputs, inputs } = await responseBases(network, smallLayers, { images, engine });
  assert.deepEqual([...outputs.keys()], smallLayers);
  assert.deepEqual([...inputs.keys()].sort(), ["a.conv1", "a.conv2", "b.conv1", "b.conv2"]);
  const valueAt = (name: string) => run(cutAfter(network, name), preprocess(images, 0, 10), engine);
  const momentsOf = async (value: Tensor) => {
    const stream = new MomentStream(products, value.shape[1], value.shape[1]);
    await stream.add(value, value);
    return stream.moments();
  };
  for (const layer of ["a.conv2", "b.conv1"]) {
    const conv = convOf(network, layer);
    const expected = outputBasis(await momentsOf(await valueAt(layer)));
    outputs.get(layer)?.variances.forEach((variance, i) => {
      assertNear(variance / expected.variances[0], expected.variances[i] / expected.variances[0], 1e-5);
    });
    const seen = await valueAt(conv.input);
    const { xx, meanX } = await momentsOf(seen);
    const correlations = offsetCorrelations(seen, meanX, conv.weight.shape.slice(2));
    const { encode } = await inputBasis(conv, { xx, meanX, correlations }, products);
    // Directions of the largest eigenvalue, up to their sign.
    const [own, other] = [inputs.get(layer)?.encode.data ?? [], encode.data].map((data) => data.slice(0, meanX.length));
    const product = [...own].reduce((sum, value, i) => sum + value * other[i], 0);
    const square = [...other].reduce((sum, value) => sum + value * value, 0);
    assertNear(Math.abs(product) / square, 1, 1e-3);
  }
});

test("onProgress is called after each layer", async () => {
  const calls: [number, number][] = [];
  const onProgress = (done: number, total: number) => calls.push([done, total]);
  await responseBases(smallResnet(), ["a.conv1", "b.down"], { images: colouredImages(4), engine, onProgress });
  assert.deepEqual(calls, [
    [1, 2],
    [2, 2],
  ]);
});
