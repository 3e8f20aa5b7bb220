import assert from "node:assert/strict";
import { test } from "node:test";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { splitByBases } from "../../../../lib/compression/fit/splitByBases";
import { responseBases } from "../../../../lib/compression/measure/responseBases";
import {
  falling,
  interpolated,
  meanDivergence,
  measureSensitivity,
} from "../../../../lib/compression/measure/sensitivity";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { Random } from "../../../../lib/core/random";
import { assertNear } from "../../../support/close";
import { matrix } from "../../../support/madeUp";
import { colouredImages, normalTensor, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);

test("the divergence of outputs, by hand", () => {
  // softmax: (1/4, 3/4) against (1/2, 1/2), and (1/2, 1/2) against (1/10, 9/10).
  const [p, q] = [matrix([0, Math.log(3)], [5, 5]), matrix([-2, -2], [0, Math.log(9)])];
  const expected = [0.25 * Math.log(0.5) + 0.75 * Math.log(1.5), 0.5 * Math.log(5) + 0.5 * Math.log(5 / 9)];
  assertNear(meanDivergence(p, q), (expected[0] + expected[1]) / 2, 1e-6);
});

test("equal outputs diverge by 0, all others by more; a shift of all logits is no difference", () => {
  const logits = normalTensor(new Random(1), [20, 5], 3);
  const shifted = { ...logits, data: logits.data.map((value, i) => value + Math.floor(i / 5)) };
  assert.equal(meanDivergence(logits, logits), 0);
  assertNear(meanDivergence(logits, shifted), 0, 1e-6);
  for (const seed of [2, 3]) {
    const other = normalTensor(new Random(seed), [20, 5], 3);
    assert.ok(meanDivergence(logits, other) > 0.1);
  }
});

test("logits beyond exp's range", () => {
  const [p, q] = [matrix([1000, 0, -1000]), matrix([0, 1000, -1000])];
  assert.equal(meanDivergence(p, p), 0);
  assertNear(meanDivergence(p, q), 1000);
});

const points = (...pairs: [number, number][]) => pairs.map(([output, loss]) => ({ ranks: { output }, loss }));
const at = (...outputs: number[]) => outputs.map((output) => ({ output }));

test("losses never rise with the rank: the larger of a rank's own and those of larger ones", () => {
  const measured = points([8, 3], [16, 0.5], [24, 1], [32, 0.1], [40, 0.2]);
  assert.deepEqual(falling(measured), points([8, 3], [16, 1], [24, 1], [32, 0.2], [40, 0.2]));
  assert.deepEqual(falling([]), []);
});

test("between measured ranks the logarithm runs straight; at them nothing is changed", () => {
  const measured = points([8, 1], [24, 0.01], [32, 0]);
  const ranks = at(8, 12, 16, 24, 28, 32);
  const found = interpolated(measured, ranks);
  assert.deepEqual(
    found.map((each) => each.ranks),
    ranks,
  );
  for (const [i, loss] of [1, 10 ** -0.5, 0.1, 0.01].entries()) assertNear(found[i].loss, loss);
  assert.ok(found[4].loss > 0 && found[4].loss < 0.01);
  assert.equal(found[5].loss, 0);
  assert.deepEqual(interpolated(measured, at(8, 24, 32)), measured);
});

test("beyond the measured ranks the nearest one's loss", () => {
  assert.deepEqual(interpolated(points([8, 1], [16, 0.5]), at(4, 20)), points([4, 1], [20, 0.5]));
});

test("a network's losses: those of splitting each layer alone, nothing at full rank, more at small ranks", async () => {
  const network = smallResnet();
  const images = colouredImages(24);
  // Nine candidates are more than are measured.
  const ranks = new Map([
    ["stem", at(1, 3, 8)],
    ["a.conv2", at(2, 4, 8)],
    ["b.conv1", at(1, 2, 3, 4, 5, 6, 8, 10, 12)],
    ["b.down", at(1, 4, 8)],
  ]);
  const bases = await responseBases(network, ranks.keys(), { images, engine });
  const steps: number[] = [];
  const losses = await measureSensitivity(network, ranks, bases, {
    images,
    engine,
    onProgress: (done, total) => steps.push(done, total),
  });
  assert.deepEqual(steps.slice(-2), [14, 14]);
  const inputs = preprocess(images, 0, images.count);
  const original = await run(network, inputs, engine);
  for (const [layer, candidates] of ranks) {
    const found = losses.get(layer) ?? [];
    assert.deepEqual(
      found.map((each) => each.ranks),
      candidates,
    );
    found.forEach(({ loss }, i) => {
      assert.ok(loss <= (found[i - 1]?.loss ?? Number.POSITIVE_INFINITY));
    });
    assert.ok(found[found.length - 1].loss < 1e-6);
    assert.ok(found[0].loss > 1e-3, `${layer}: ${found[0].loss}`);
    const split = await splitByBases(network, new Map([[layer, candidates[0]]]), bases, 1);
    const alone = meanDivergence(original, await run(split, inputs, engine));
    assertNear(found[0].loss / alone, 1, found[1].loss > alone ? 1 : 1e-3);
  }
});
