import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { allocateRanks } from "../../../lib/compression/allocate/allocateRanks";
import { fitNetwork } from "../../../lib/compression/fit/fitNetwork";
import { choicesOf, measureLayers } from "../../../lib/compression/measure/measureLayers";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { convOf } from "../../../lib/network/layerOf";
import { costs, type Network } from "../../../lib/network/network";
import { toOnnx } from "../../../lib/network/onnx";
import { readNetwork } from "../../../lib/network/resnet";
import { recordedResnets } from "../../fixtures/resnets/recorded";
import { colouredImages } from "../../support/smallResnet";

const engine = onnxRuntime(1);
const folder = mkdtempSync(join(tmpdir(), "resnet-kinds-test-"));
after(() => rmSync(folder, { recursive: true }));

const macsOf = (network: Network) => costs(network, [3, 64, 64]).reduce((sum, { macs }) => sum + macs, 0);
const coloured = colouredImages(6);
const grey = { ...coloured, preprocessing: { size: 64, mean: [0.5], deviation: [0.25] } };

for (const { kind, stateDict, images: seen } of recordedResnets)
  test(`a network of ${kind} is measured, compressed and written; groups stay as they are`, async () => {
    const { network } = readNetwork(stateDict, "own.pth");
    const images = seen.shape[1] === 1 ? grey : coloured;
    const measured = await measureLayers(network, {
      engine,
      batch: 1,
      imageShape: [seen.shape[1], 64, 64],
      images,
      sensitivityImages: 3,
      rounds: 1,
      cache: { fresh: true, folder },
    });
    assert.ok(measured.layers.length > 0);
    for (const { layer } of measured.layers) assert.equal(convOf(measured.network, layer).groups, undefined);
    const whole = measured.layers.reduce((sum, { options }) => sum + options[0].macs, 0);
    const least = measured.layers.reduce((sum, { options }) => sum + Math.min(...options.map(({ macs }) => macs)), 0);
    const { ranks, cost } = allocateRanks(choicesOf(measured, "macs", "sensitivity"), (whole + least) / 2);
    const fitted = await fitNetwork(measured.network, ranks, "ReLU-aware", { images, engine, bases: measured.bases });
    assert.equal(macsOf(fitted), macsOf(network) - whole + cost);
    const session = await InferenceSession.create(toOnnx(fitted));
    const { fc } = await session.run({ image: new OrtTensor("float32", seen.data, seen.shape) });
    await session.release();
    assert.deepEqual(fc.dims, [2, 3]);
    assert.deepEqual([...(fc.data as Float32Array)], [...(await run(fitted, seen, engine)).data]);
  });
