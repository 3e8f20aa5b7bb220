import assert from "node:assert/strict";
import { before, test } from "node:test";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { projection, relativeResidual } from "../../../../lib/compression/fit/reducedRank";
import { splitByBases } from "../../../../lib/compression/fit/splitByBases";
import { energyLost, type LayerBases, type OutputBasis } from "../../../../lib/compression/measure/layerBases";
import { responseBases } from "../../../../lib/compression/measure/responseBases";
import { weightBases } from "../../../../lib/compression/measure/weightBases";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { timesTransposed } from "../../../../lib/linalg/matrix";
import { Matrix } from "ml-matrix";
import { convOf } from "../../../../lib/network/layerOf";
import { cutAfter, type Network } from "../../../../lib/network/network";
import type { Tensor } from "../../../../lib/core/tensor";
import { assertNear } from "../../../support/close";
import { outputsAt } from "../../../support/plans";
import { colouredImages, smallLayers, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const network = smallResnet();
const images = colouredImages(20);
const inputs = preprocess(images, 0, images.count);
const valueAt = (of: Network, name: string) => run(cutAfter(of, name), inputs, engine);

/** The channels' means and Σ of their variances, number by number. */
function spread({ shape: [count, channels, height, width], data }: Tensor) {
  const positions = height * width;
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

let bases: LayerBases;
before(async () => {
  bases = await responseBases(network, smallLayers, { images, engine });
});

test("one basis for every layer, of the original network's outputs: orthonormal, descending, all of the energy", async () => {
  assert.deepEqual([...bases.outputs.keys()], smallLayers);
  for (const [layer, { moments, components, variances }] of bases.outputs) {
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

test("the energy lost is what the split layer misses of its outputs, and falls to 0 at full rank", async () => {
  for (const layer of smallLayers) {
    const basis = bases.outputs.get(layer) as OutputBasis;
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
      const split = await splitByBases(network, outputsAt([[layer, rank]]), bases, 1);
      assert.deepEqual(convOf(split, `${layer}.0`).weight.shape[0], rank);
      const outputs = await valueAt(split, `${layer}.1`);
      const squares = outputs.data.reduce((sum, value, i) => sum + (value - original.data[i]) ** 2, 0);
      assertNear(squares / (original.data.length / channels) / energy, lost, 1e-5);
    }
  }
});

test("outputs that never vary lose no energy", () => {
  const variances = new Float64Array(3);
  assert.equal(energyLost({ variances } as OutputBasis, 1), 0);
});

test("layers without a rank stay as they are, and the bases' network is not changed", async () => {
  assert.deepEqual(await splitByBases(network, outputsAt([["stem", undefined]]), bases, 1), network);
  const split = await splitByBases(
    network,
    outputsAt([
      ["stem", undefined],
      ["b.down", 3],
    ]),
    bases,
    1,
  );
  assert.deepEqual(convOf(split, "stem"), convOf(network, "stem"));
  assert.deepEqual(network, smallResnet());
});

test("the residual by moments is the error of the really split layer, whether its shift keeps the mean or not", async () => {
  const weights = await weightBases(network, smallLayers, 1);
  for (const layer of smallLayers) {
    const original = await valueAt(network, layer);
    const { energy } = spread(original);
    const { moments } = bases.outputs.get(layer) as OutputBasis;
    for (const each of [weights, bases]) {
      const own = each.outputs.get(layer) as OutputBasis;
      const outputs = await valueAt(await splitByBases(network, outputsAt([[layer, 3]]), each, 1), `${layer}.1`);
      const squares = outputs.data.reduce((sum, value, i) => sum + (value - original.data[i]) ** 2, 0);
      const residual = relativeResidual(projection(own.moments, own.components, 3), moments);
      assertNear(squares / (original.data.length / own.variances.length) / energy / residual, 1, 1e-3);
    }
  }
});
