import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type LayerTime,
  layerTimeRows,
  layerTimes,
  operatorTimeRows,
  rooflineFinding,
} from "../../../lib/chapters/roofline";
import type { OperatorTime } from "../../../lib/engines/profile";
import { resnet18 } from "../../../lib/network/resnet18";
import { formulaStateDict } from "../../support/formulaWeights";

const network = resnet18(formulaStateDict(10), "formula");
const operators: OperatorTime[] = [
  { name: "relu_nchwc", operator: "Conv", ms: 3 },
  { name: "maxpool_nchwc", operator: "MaxPool", ms: 1 },
  { name: "layer1.0.relu1_nchwc", operator: "Conv", ms: 4 },
  { name: "layer1.0.bn1", operator: "BatchNormalization", ms: 1 },
  { name: "ReorderOutput", operator: "ReorderOutput", ms: 0.5 },
  { name: "fc", operator: "Gemm", ms: 0.5 },
];
const layers = layerTimes(network, operators, 2);
const profile = { batch: 2, operators, layers };
/** The same operators at one image, each in a quarter of the time. */
const quick = operators.map((operator) => ({ ...operator, ms: operator.ms / 4 }));
const alone = { batch: 1, operators: quick, layers: layerTimes(network, quick, 1) };

test("a layer's time is that of all operators that belong to it, its rate follows from its MACs", () => {
  const [first, second] = layers;
  assert.deepEqual([first.name, first.kind, first.ms, first.timeShare], ["conv1", "conv 7 × 7", 3, 0.3]);
  assert.deepEqual([second.name, second.ms, second.timeShare], ["layer1.0.conv1", 5, 0.5]);
  // 64 filters of 64 · 3 · 3 on 32 × 32 places, two images, two operations a MAC, 5 ms.
  assert.equal(second.gflops.toFixed(6), ((2 * 2 * 64 * 64 * 9 * 32 * 32) / 5e6).toFixed(6));
});

test("bytes count weights once and input and output for each image", () => {
  const { intensity } = layers[1];
  const bytes = 4 * (64 * 64 * 9 + 2 * 2 * 64 * 32 * 32);
  assert.equal(intensity.toFixed(9), ((2 * 2 * 64 * 64 * 9 * 32 * 32) / bytes).toFixed(9));
  const first = 4 * (64 * 3 * 49 + 2 * (3 * 128 * 128 + 64 * 64 * 64));
  assert.equal(layers[0].intensity.toFixed(9), ((2 * 2 * 64 * 3 * 49 * 64 * 64) / first).toFixed(9));
});

test("all 21 layers have a share of the MACs, which add up to one", () => {
  assert.equal(layers.length, 21);
  assert.equal(layers.reduce((sum, { macShare }) => sum + macShare, 0).toFixed(9), "1.000000000");
});

test("operators are gathered by kind, convolutions by their kernel", () => {
  const rows: Record<string, string | number>[] = operatorTimeRows(network, [alone, profile]);
  assert.deepEqual(
    rows.map((row) => [row.operator, row.count, row["batch 1, ms"], row["batch 2, ms"]]),
    [
      ["conv 7 × 7", 1, "0.75", "3.00"],
      ["MaxPool", 1, "0.25", "1.00"],
      ["conv 3 × 3", 1, "1.00", "4.00"],
      ["BatchNormalization", 1, "0.25", "1.00"],
      ["ReorderOutput", 1, "0.13", "0.50"],
      ["linear", 1, "0.13", "0.50"],
    ],
  );
  assert.equal(rows[2]["batch 2, % of the ms"], "40.00");
  assert.equal(rows[3]["MACs %"], "0.00");
  assert.equal(rows.reduce((sum, row) => sum + Number(row["MACs %"]), 0).toFixed(1), "98.9", "all but the 1 × 1");
});

test("a kind of operator that one batch size has alone takes no time at the other", () => {
  const operators = [...quick, { name: "ReorderInput", operator: "ReorderInput", ms: 1 }];
  const rows: Record<string, string | number>[] = operatorTimeRows(network, [profile, { ...alone, operators }]);
  const { count, ...row } = rows[rows.length - 1];
  assert.deepEqual([count, row["batch 2, ms"], row["batch 1, ms"]], [1, "0.00", "1.00"]);
});

test("columns that a clock decides are marked as such, the share of the MACs is not", () => {
  const [row]: Record<string, string>[] = layerTimeRows([alone, profile], { product: 100, bandwidth: 10 });
  assert.deepEqual(
    Object.keys(row).filter((name) => !/ms$/.test(name)),
    ["layer", "kind", "MACs %"],
  );
  assert.deepEqual([row["batch 1, ms"], row["batch 2, ms"], row["batch 1, % of the ms"]], ["0.75", "3.00", "30.00"]);
});

const yardsticks = { product: 100, bandwidth: 10 };
const point = (name: string, intensity: number, gflops = 50) => ({ ...layers[0], name, intensity, gflops, ms: 2 });
const finding = (...points: LayerTime[]) => rooflineFinding([{ batch: 1, operators: [], layers: points }], yardsticks);

test("the finding counts the layers on either side of where the lines meet", () => {
  const text = finding(point("a", 5), point("b", 9.9), point("c", 10.1));
  assert.match(text, /meet at 10 operations a byte.*lower one for 2 of 3 layers.*50 GFLOP\/s, 50 %/);
});

test("the finding names the layers that are faster than the product, or those that are not if they are fewer", () => {
  const [fast, slow] = [(name: string) => point(name, 20, 130), (name: string) => point(name, 20, 90)];
  assert.match(finding(slow("a"), slow("b")), /Faster than the product: no layer\.$/);
  assert.match(finding(fast("a"), slow("b"), slow("c")), /: a\.$/);
  assert.match(finding(fast("a"), fast("b"), slow("c")), /: all layers but c\.$/);
  assert.match(finding(fast("a"), fast("b")), /: every layer\.$/);
  assert.match(finding(fast("a"), fast("b")), /130 % of the product's rate/, "a yardstick is no limit");
});
