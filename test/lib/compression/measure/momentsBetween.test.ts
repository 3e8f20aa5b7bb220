import assert from "node:assert/strict";
import { test } from "node:test";
import {
  inverseOf,
  projection,
  reducedRankRegression,
  relativeResidual,
} from "../../../../lib/compression/fit/reducedRank";
import { splitByBases } from "../../../../lib/compression/fit/splitByBases";
import type { OutputBasis } from "../../../../lib/compression/measure/layerBases";
import { momentsBetween } from "../../../../lib/compression/measure/moments";
import { responseBases } from "../../../../lib/compression/measure/responseBases";
import { weightBases } from "../../../../lib/compression/measure/weightBases";
import { doubleProducts } from "../../../../lib/engines/doubleProducts";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { assertNear } from "../../../support/close";
import { shareOf } from "../../../support/outputErrors";
import { colouredImages, smallLayers, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const network = smallResnet();
const images = colouredImages(20);
const ranks = [2, 4, 6, 8];

/** Errors of a layer's outputs at each rank, the layers before it compressed to half their ranks. */
async function errorsOf(layer: string, before: string[]) {
  const responses = await responseBases(network, smallLayers, { images, engine });
  const weights = await weightBases(network, smallLayers, 1);
  const [own, plain] = [responses, weights].map(({ outputs }) => outputs.get(layer) as OutputBasis);
  const prefix = await splitByBases(network, shareOf(network, 0.5, before), responses, 1);
  const later = await momentsBetween(prefix, network, layer, { images, engine });
  const products = await doubleProducts(1);
  const inverse = await inverseOf(later, products);
  const { moments } = own;
  const regressions = ranks.map((rank) => reducedRankRegression(later, rank, products, inverse));
  return {
    weights: ranks.map((rank) => relativeResidual(projection(plain.moments, plain.components, rank), moments)),
    meanKept: ranks.map((rank) => relativeResidual(projection(moments, plain.components, rank), moments)),
    responses: ranks.map((rank) => relativeResidual(projection(moments, own.components, rank), moments)),
    responsesLater: ranks.map((rank) => relativeResidual(projection(later, own.components, rank), later)),
    asymmetric: (await Promise.all(regressions)).map((map) => relativeResidual(map, later)),
  };
}

test("each way to fit errs less than the one before it, and less at every larger rank", async () => {
  const { weights, meanKept, responses, responsesLater, asymmetric } = await errorsOf("b.conv1", [
    "stem",
    "a.conv1",
    "a.conv2",
  ]);
  ranks.forEach((rank, i) => {
    assert.ok(weights[i] >= meanKept[i] && meanKept[i] >= responses[i] - 1e-9, `true inputs at rank ${rank}`);
    assert.ok(responsesLater[i] >= asymmetric[i] - 1e-9 && asymmetric[i] > 0, `compressed inputs at rank ${rank}`);
    for (const errors of [meanKept, responses, asymmetric])
      assert.ok(i === 0 || errors[i] <= errors[i - 1] + 1e-9, `rank ${rank}`);
  });
});

test("where no layer before it is compressed, the inputs are the true ones", async () => {
  const { responses, responsesLater, asymmetric } = await errorsOf("a.conv1", []);
  ranks.forEach((_, i) => {
    assertNear(responsesLater[i], responses[i], 1e-6);
    assertNear(asymmetric[i], responses[i], 1e-4);
  });
});
