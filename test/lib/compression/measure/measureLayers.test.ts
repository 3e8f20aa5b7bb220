import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { allocateRanks } from "../../../../lib/compression/allocate/allocateRanks";
import { splitByBases } from "../../../../lib/compression/fit/splitByBases";
import { candidateRanks, optionOf, predictMs } from "../../../../lib/compression/measure/latencyTable";
import { choicesOf, type LayerMeasurements, measureLayers } from "../../../../lib/compression/measure/measureLayers";
import { weightBases } from "../../../../lib/compression/measure/weightBases";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { convOf } from "../../../../lib/network/layerOf";
import { costs, type Network } from "../../../../lib/network/network";
import type { RankPlan } from "../../../../lib/network/rankPlan";
import { assertNear } from "../../../support/close";
import { colouredImages, smallLayers, smallResnet } from "../../../support/smallResnet";

const network = smallResnet(1, 32);
const imageShape = [3, 64, 64];
const folder = mkdtempSync(join(tmpdir(), "measure-layers-test-"));
after(() => rmSync(folder, { recursive: true }));

let measured: LayerMeasurements;
const steps: string[] = [];
before(async () => {
  measured = await measureLayers(network, {
    engine: onnxRuntime(1),
    batch: 1,
    imageShape,
    images: colouredImages(6),
    sensitivityImages: 3,
    rounds: 1,
    cache: { fresh: true, folder },
    onStep: (step, done, total) => done === total && steps.push(step),
  });
});

/** Multiply-accumulates and bytes of a network's convolutions. */
function counted(of: Network) {
  const convolutions = costs(of, imageShape).filter(({ kind }) => kind === "conv");
  return {
    macs: convolutions.reduce((sum, { macs }) => sum + macs, 0),
    bytes: convolutions.reduce((sum, { parameters }) => sum + 4 * parameters, 0),
  };
}

const split = async (plan: RankPlan) => splitByBases(network, plan, await weightBases(network, smallLayers, 1), 1);

const sumOf = (kind: "ms" | "macs" | "bytes", plan: RankPlan) =>
  measured.layers.reduce((sum, own) => sum + optionOf(own, plan.get(own.layer))[kind], 0);

test("every layer as it is, which loses nothing, then at its candidate ranks; three steps", () => {
  assert.deepEqual(
    measured.layers.map(({ layer, options }) => [layer, options.map(({ ranks }) => ranks)]),
    smallLayers.map((layer) => [layer, [undefined, ...candidateRanks(convOf(network, layer))]]),
  );
  for (const { options } of measured.layers) {
    assert.deepEqual([options[0].sensitivity, options[0].energy], [0, 0]);
    options.slice(1).forEach(({ sensitivity, energy }, i) => {
      assert.ok(sensitivity >= 0 && (i === 0 || sensitivity <= options[i].sensitivity));
      assert.ok(energy >= 0 && energy < 1 && (i === 0 || energy <= options[i].energy));
    });
  }
  assert.deepEqual(steps, ["latency table", "responses", "sensitivity"]);
});

test("an option has the multiply-accumulates and bytes that the really split network has", async () => {
  const at = (pick: (options: LayerMeasurements["layers"][0]["options"]) => number): RankPlan =>
    new Map(measured.layers.map(({ layer, options }) => [layer, options.at(pick(options))?.ranks]));
  for (const plan of [at(() => 0), at(() => 1), at(() => -1)]) {
    const { macs, bytes } = counted(await split(plan));
    assert.deepEqual([sumOf("macs", plan), sumOf("bytes", plan)], [macs, bytes]);
    assertNear(predictMs(measured, plan), sumOf("ms", plan) + measured.restMs);
  }
});

test("ranks are found within half of what the network costs, counted any way, and cost what was counted", async () => {
  for (const cost of ["macs", "bytes"] as const) {
    const half = sumOf(cost, new Map()) / 2;
    const allocation = allocateRanks(choicesOf(measured, cost, "sensitivity"), half);
    assert.ok(allocation.cost <= half && allocation.loss > 0);
    assert.equal(counted(await split(allocation.ranks))[cost], allocation.cost);
  }
});
