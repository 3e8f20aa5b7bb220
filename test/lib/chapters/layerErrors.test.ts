import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompressionStudy } from "../../../lib/chapters/compressionStudy";
import { layerErrors } from "../../../lib/chapters/layerErrors";
import { responseBases } from "../../../lib/compression/measure/responseBases";
import { weightBases } from "../../../lib/compression/measure/weightBases";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { assertNear } from "../../support/close";
import { colouredImages, smallLayers, smallResnet } from "../../support/smallResnet";

const engine = onnxRuntime(1);
const network = smallResnet();
const images = colouredImages(20);

async function study(layers: string[]): Promise<CompressionStudy> {
  const bases = await responseBases(network, layers, { images, engine });
  const options = [{}, ...[2, 4, 6, 8].map((output) => ({ ranks: { output } }))];
  const own = await weightBases(network, layers, 1);
  return {
    measured: { network, layers: layers.map((layer) => ({ layer, options })), bases },
    weights: own,
    chapter: { engine },
    calibration: images,
  } as never;
}

test("each way to fit errs less than the one before it, and less at every larger rank", async () => {
  const errors = await layerErrors(await study(smallLayers), "b.conv1");
  errors.forEach(({ rank, weights, corrected, responses, responsesAfter, asymmetric }, i) => {
    assert.ok(weights >= corrected && corrected >= responses - 1e-9, `true inputs at rank ${rank}`);
    assert.ok(responsesAfter >= asymmetric - 1e-9 && asymmetric > 0, `compressed inputs at rank ${rank}`);
    for (const key of ["corrected", "responses", "asymmetric"] as const)
      assert.ok(i === 0 || errors[i][key] <= errors[i - 1][key] + 1e-9, `${key} at rank ${rank}`);
  });
});

test("where no layer before it is compressed, the inputs are the true ones", async () => {
  const errors = await layerErrors(await study(["stem", "a.conv1"]), "a.conv1");
  for (const { responses, responsesAfter, asymmetric } of errors) {
    assertNear(responsesAfter, responses, 1e-6);
    assertNear(asymmetric, responses, 1e-4);
  }
});
