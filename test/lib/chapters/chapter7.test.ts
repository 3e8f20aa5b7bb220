import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import { formFinding, stageRows } from "../../../lib/chapters/chapter7";
import type { CompressionStudy } from "../../../lib/chapters/compressionStudy";
import type { FormTime } from "../../../lib/chapters/formTiming";
import { costs } from "../../../lib/network/network";
import { imageInput, type Network } from "../../../lib/network/network";
import { Random } from "../../../lib/core/random";
import { tableHtml } from "../../../lib/display/tables";
import { biasedConv } from "../../support/smallResnet";

const form = (name: string, share: number, macs: number, time: number): FormTime => ({
  form: name,
  share,
  macs,
  time,
  ms: 100 * time,
});

test("the finding names the forms furthest from their MACs and nearest to them, the original never", () => {
  const times = [
    form("the network as it is", 1, 1, 3),
    form("a", 0.5, 0.5, 0.55),
    form("b", 0.5, 0.5, 0.6),
    form("a", 0.25, 0.25, 0.4),
    form("b", 0.25, 0.25, 0.2),
  ];
  assert.equal(
    formFinding(times),
    "Furthest from its count: “a” at 25 % of the MACs takes 40 % of the time. Nearest, or below: “b” at 25 % of the MACs takes 20 % of the time.",
  );
});

const random = new Random(3);
const network: Network = {
  nodes: [
    biasedConv(random, "conv1", imageInput, [8, 3, 3, 3]),
    biasedConv(random, "layer1.0.conv1", "conv1", [8, 8, 3, 3]),
    biasedConv(random, "layer1.0.conv2", "layer1.0.conv1", [8, 8, 3, 3]),
    biasedConv(random, "layer2.0.conv1", "layer1.0.conv2", [16, 8, 3, 3], 2),
  ],
};
const layers = ["conv1", "layer1.0.conv1", "layer1.0.conv2", "layer2.0.conv1"];
const ms = [10, 20, 30, 15];
const macsOf = (layer: string) => costs(network, [3, 8, 8]).find(({ name }) => name === layer)?.macs;
const measured = {
  restMs: 25,
  layers: layers.map((layer, i) => ({
    layer,
    options: [
      { ms: ms[i], macs: macsOf(layer) },
      { ranks: { output: 8 }, ms: 1, macs: 1 },
    ],
  })),
};
const rows = stageRows({ measured } as never as CompressionStudy);

test("where the time goes: layers by stage in order, times of unsplit layers, shares of the whole with the rest", () => {
  assert.deepEqual(
    rows.map((row) => [row.stage, row.convolutions, row["median ms"], row["share of all ms"]]),
    [
      ["stem", 1, "10.0", "10.0 %"],
      ["layer1", 2, "50.0", "50.0 %"],
      ["layer2", 1, "15.0", "15.0 %"],
    ],
  );
});

test("the stages' shares of the MACs add up to 100", () => {
  // Per position 216, 2 · 576 and 1152 MACs, the last at a quarter of the 64 positions.
  const all = 216 + 2 * 576 + 1152 / 4;
  assert.deepEqual(
    rows.map((row) => row["MACs %"]),
    [216, 2 * 576, 1152 / 4].map((own) => Number(((100 * own) / all).toFixed(1))),
  );
  const sum = rows.reduce((total, row) => total + row["MACs %"], 0);
  assert.ok(Math.abs(sum - 100) <= 0.15, `${sum}`);
});

test("in a timed table every cell is a time's", () => {
  const caption = { number: "7-4", title: { english: "Ranks", persian: "رتبه‌ها" }, source: "weights: demo" };
  const table = { ...caption, rows: [{ layer: "conv1", rank: 8, "after ms": "1.00" }] };
  const classes = (timed: boolean) =>
    [...new JSDOM(tableHtml({ ...table, timed })).window.document.querySelectorAll("td")].map((td) => td.className);
  assert.deepEqual(classes(true), ["time", "time", "time"]);
  assert.deepEqual(classes(false), ["", "", "time"]);
});
