import assert from "node:assert/strict";
import { test } from "node:test";
import type { LayerTime, NetworkProfile } from "../../../lib/chapters/roofline";
import { roofline } from "../../../lib/display/roofline";

const layer = (intensity: number, gflops: number): LayerTime => ({
  name: "conv1",
  kind: "conv 7 × 7",
  ms: 1,
  timeShare: 1,
  macShare: 1,
  gflops,
  intensity,
});
const profile: NetworkProfile = { batch: 64, operators: [], layers: [layer(5, 40), layer(200, 90)] };
const figure = roofline("weights: demo", [profile], { product: 100, bandwidth: 10 });

test("the line rises with the bandwidth to the product's rate and stays there, beyond all points", () => {
  const [{ x, y }] = figure.data as { x: number[]; y: number[] }[];
  assert.deepEqual(
    [x, y],
    [
      [2.5, 10, 400],
      [25, 100, 100],
    ],
  );
});

test("each layer is a named point; the figure is a clock's", () => {
  const [, { x, y, text }] = figure.data as { x: number[]; y: number[]; text: string[] }[];
  assert.deepEqual([x, y, text[0]], [[5, 200], [40, 90], "conv1, conv 7 × 7"]);
  assert.equal(figure.timed, true);
});
