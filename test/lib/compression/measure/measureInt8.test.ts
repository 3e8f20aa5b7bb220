import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { planAsIs } from "../../../../lib/compression/allocate/speedPlan";
import { int8LayersOf, measureInt8, slowerInInt8 } from "../../../../lib/compression/measure/measureInt8";
import { type LayerMeasurements, measureLayers } from "../../../../lib/compression/measure/measureLayers";
import { predictMs } from "../../../../lib/compression/measure/latencyTable";
import { placeholderSplits } from "../../../../lib/compression/placeholders";
import { convolutionsOf } from "../../../../lib/compression/quantize/quantizeNetwork";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { bothEndsAt } from "../../../support/plans";
import { colouredImages, smallResnet } from "../../../support/smallResnet";

const folder = mkdtempSync(join(tmpdir(), "measure-int8-test-"));
after(() => rmSync(folder, { recursive: true }));

const network = smallResnet(1, 32);
const options = {
  engine: onnxRuntime(1),
  batch: 2,
  imageShape: [3, 128, 128],
  images: colouredImages(8),
  sensitivityImages: 4,
  rounds: 1,
  cache: { fresh: false, folder },
  mostWeight: 127,
};
const both = (async (): Promise<[LayerMeasurements, LayerMeasurements]> => {
  const fp32 = await measureLayers(network, options);
  return [fp32, await measureInt8(fp32, options)];
})();

test("every layer has the same ranks as in fp32, each with the shorter of both times", async () => {
  const [fp32, int8] = await both;
  assert.equal(int8.int8!.fp32Ms, predictMs(fp32, new Map()));
  assert.ok(int8.int8!.loss > 0 && int8.restMs > 0);
  for (const [i, { layer, options: timed }] of int8.layers.entries())
    for (const [j, { ms, keepsFp32, ...option }] of timed.entries()) {
      const { ms: before, ...same } = fp32.layers[i].options[j];
      assert.deepEqual(option, same, layer);
      assert.ok(keepsFp32 ? ms === before : ms <= before, `${layer}: ${before} → ${ms}`);
    }
});

test("a layer that is slower in int8 keeps fp32, with all its parts; the others do not", async () => {
  const [, int8] = await both;
  const layers = int8.layers.map((measured) => ({
    ...measured,
    options: measured.options.map((option) => ({ ...option, keepsFp32: measured.layer === "a.conv1" })),
  }));
  const ranks = bothEndsAt(network, [
    ["a.conv1", 8],
    ["b.conv1", 8],
  ]);
  const split = placeholderSplits(network, ranks);
  const slower = slowerInInt8({ layers }, ranks);
  assert.deepEqual([...slower], ["a.conv1"]);
  const kept = [...convolutionsOf(split)].filter((name) => !int8LayersOf(split, slower).has(name));
  assert.deepEqual(kept, ["a.conv1.in", "a.conv1.0", "a.conv1.1"]);
});

test("with no layer split a plan is what rounding alone gives", async () => {
  const [, int8] = await both;
  const { precision, ranks, loss, speedup } = planAsIs(int8);
  assert.deepEqual([precision, loss], ["int8", int8.int8!.loss]);
  assert.ok([...ranks.values()].every((own) => own === undefined));
  assert.equal(speedup, int8.int8!.fp32Ms / predictMs(int8, new Map()));
});

test("what rounding costs is kept by content", async () => {
  const [fp32, int8] = await both;
  const steps = new Set<string>();
  const again = await measureInt8(fp32, { ...options, onStep: (step) => steps.add(step) });
  assert.equal(again.int8!.loss, int8.int8!.loss);
  assert.ok(!steps.has("ranges"));
  await measureInt8(fp32, { ...options, sensitivityImages: 3, onStep: (step) => steps.add(step) });
  assert.ok(steps.has("ranges"));
});

test("as a whole neither responses nor single layers are measured, and a plan is int8 alone", async () => {
  const steps = new Set<string>();
  const whole = { ...options, whole: true, onStep: (step: string) => steps.add(step) };
  const fp32 = await measureLayers(network, whole);
  const int8 = await measureInt8(fp32, whole);
  for (const step of ["responses", "sensitivity"]) assert.ok(!steps.has(step), step);
  assert.deepEqual([fp32.layers, int8.layers], [[], []]);
  const { precision, predictedMs, loss } = planAsIs(int8);
  assert.deepEqual([precision, loss], ["int8", (await both)[1].int8!.loss]);
  assert.deepEqual(predictedMs, { original: fp32.restMs, compressed: int8.restMs });
  assert.equal(slowerInInt8(int8, new Map()).size, 0);
});
