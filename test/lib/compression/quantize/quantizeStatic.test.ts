import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { convolutionsOf, quantizedValues, quantizeNetwork } from "../../../../lib/compression/quantize/quantizeNetwork";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { type Conv, nodeOf, type Quantize } from "../../../../lib/network/network";
import { images, network } from "../../../fixtures/int8Network";

/** What ONNX Runtime's quantize_static made of the network (test/fixtures/record_int8.py), by its names. */
const recorded: {
  ranges: Record<string, [number, number]>;
  grids: Record<string, [scale: number, zeroPoint: number]>;
  whole: Record<string, number[]>;
  scales: Record<string, number[]>;
  narrowScales: Record<string, number[]>;
  logits: number[];
} = JSON.parse(readFileSync(join(__dirname, "../../../fixtures/int8.json"), "utf8"));

const layers = convolutionsOf(network);
const ranges = new Map(Object.entries(recorded.ranges).map(([name, [low, high]]) => [name, { low, high }]));
const quantized = quantizeNetwork(network, ranges, { layers, mostWeight: 127 });

const assertNear = (actual: number, expected: number, what: string) =>
  assert.ok(Math.abs(actual / expected - 1) < 1e-6, `${what}: ${actual}, ${expected}`);

test("for the same ranges the same values are held, on the same grids", () => {
  // The pooling has none of its own.
  const held = [...quantizedValues(network, layers)].filter((name) => name !== "pool");
  assert.deepEqual(new Set(Object.keys(recorded.grids)), new Set(held));
  for (const [name, [scale, zeroPoint]] of Object.entries(recorded.grids)) {
    const grid = nodeOf(quantized, `${name}.quantized`) as Quantize;
    assertNear(grid.scale, scale, name);
    assert.equal(grid.zeroPoint, zeroPoint, name);
  }
});

test("weights and biases are the same whole numbers, their scales the same, in 8 bits and in 7", () => {
  const narrow = quantizeNetwork(network, ranges, { layers, mostWeight: 64 });
  for (const name of layers) {
    const { weight, bias, int8 } = nodeOf(quantized, name) as Conv;
    const { weightScales, inputScale } = int8!;
    for (const [channel, scale] of weightScales.data.entries()) {
      assertNear(scale, recorded.scales[`${name}.weight_scale`][channel], name);
      const narrowScale = (nodeOf(narrow, name) as Conv).int8!.weightScales.data[channel];
      assertNear(narrowScale, recorded.narrowScales[`${name}.weight_scale`][channel], name);
    }
    const row = weight.data.length / weight.shape[0];
    const whole = [...weight.data].map((value, i) => Math.round(value / weightScales.data[Math.floor(i / row)]) + 0);
    assert.deepEqual(whole, recorded.whole[`${name}.weight_quantized`], name);
    const biases = [...bias!.data].map((value, i) => Math.round(value / weightScales.data[i] / inputScale) + 0);
    assert.deepEqual(biases, recorded.whole[`${name}.bias_quantized`], name);
  }
});

test("the network gives the outputs that theirs gives", async () => {
  const session = await onnxRuntime(1).open(quantized);
  const { data } = await session.run(images);
  await session.close();
  for (const [i, logit] of recorded.logits.entries())
    assert.ok(Math.abs(data[i] - logit) < 1e-3, `${data[i]}, ${logit}`);
});
