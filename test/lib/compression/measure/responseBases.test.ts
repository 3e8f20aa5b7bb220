import assert from "node:assert/strict";
import { before, test } from "node:test";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { type LayerBases, layerBases } from "../../../../lib/compression/measure/layerBases";
import { energyLost, type ResponseBasis, splitByBases } from "../../../../lib/compression/measure/responseBases";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { Matrix } from "ml-matrix";
import { timesTransposed } from "../../../../lib/linalg/matrix";
import { convOf } from "../../../../lib/network/convOf";
import { cutAfter, type Network } from "../../../../lib/network/network";
import type { Tensor } from "../../../../lib/core/tensor";
import { assertNear } from "../../../support/close";
import { colouredImages, smallLayers, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const network = smallResnet();
const images = colouredImages(20);
const inputs = preprocess(images, 0, images.count);
const valueAt = (of: Network, name: string) => run(cutAfter(of, name), inputs, engine);

/** The channels' means and Σ of their variances, number by number. */
function spread({ shape: [count, channels, high, wide], data }: Tensor) {
  const positions = high * wide;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  data.forEach((value, i) => {
    const channel = Math.floor(i / positions) % channels;
    sums[channel] += value;
    squares[channel] += value * value;
  });
  const means = sums.map((sum) => sum / count / positions);
  return { means, energy: squares.reduce((sum, own, i) => sum + own / count / positions - means[i] ** 2, 0) };
}

let bases: LayerBases["bases"];
before(async () => {
  ({ bases } = await layerBases(network, smallLayers, { images, engine }));
});

test("one basis for every layer, of the original network's answers: orthonormal, descending, all of the energy", async () => {
  assert.deepEqual([...bases.keys()], smallLayers);
  for (const [layer, { moments, components, variances }] of bases) {
    const { means, energy } = spread(await valueAt(network, layer));
    moments.meanX.forEach((mean, i) => {
      assertNear(mean, means[i], 1e-5);
    });
    assertNear(moments.energy / energy, 1, 1e-5);
    assertNear(variances.reduce((sum, value) => sum + value, 0) / energy, 1, 1e-5);
    assert.ok(variances.every((variance, i) => i === 0 || variance <= variances[i - 1]));
    assert.ok(Matrix.sub(timesTransposed(components, components), Matrix.eye(components.rows)).abs().max() < 1e-10);
  }
});

test("the energy lost is what the split layer misses of its answers, and falls to 0 at full rank", async () => {
  for (const layer of smallLayers) {
    const basis = bases.get(layer) as ResponseBasis;
    const channels = basis.variances.length;
    assert.equal(energyLost(basis, channels), 0);
    const original = await valueAt(network, layer);
    const { energy } = spread(original);
    let before = 1;
    for (let rank = 1; rank <= channels; rank++) {
      const lost = energyLost(basis, rank);
      assert.ok(lost >= 0 && (lost < before || before < 1e-12), `${layer} at rank ${rank}: ${lost} after ${before}`);
      before = lost;
      if (rank !== 1 && rank !== 5) continue;
      const split = await splitByBases(network, new Map([[layer, rank]]), bases, 1);
      assert.deepEqual(convOf(split, `${layer}.0`).weight.shape[0], rank);
      const answers = await valueAt(split, `${layer}.1`);
      const squares = answers.data.reduce((sum, value, i) => sum + (value - original.data[i]) ** 2, 0);
      assertNear(squares / (original.data.length / channels) / energy, lost, 1e-5);
    }
  }
});

test("answers that never vary lose no energy", () => {
  const variances = new Float64Array(3);
  assert.equal(energyLost({ variances } as ResponseBasis, 1), 0);
});

test("layers without a rank stay as they are, and the bases' network is not changed", async () => {
  assert.deepEqual(await splitByBases(network, new Map([["stem", undefined]]), bases, 1), network);
  const split = await splitByBases(
    network,
    new Map([
      ["stem", undefined],
      ["b.down", 3],
    ]),
    bases,
    1,
  );
  assert.deepEqual(convOf(split, "stem"), convOf(network, "stem"));
  assert.deepEqual(network, smallResnet());
});
