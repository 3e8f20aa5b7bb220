import assert from "node:assert/strict";
import { test } from "node:test";
import { layerTimes, rest, timeLayers } from "../../../../lib/compression/measure/layerTimes";
import { placeholderSplits } from "../../../../lib/compression/placeholders";
import { deepNetwork } from "../../../../lib/network/deepNetwork";
import { foldBatchNorms } from "../../../../lib/network/foldBatchNorms";

const network = foldBatchNorms(deepNetwork(4));
const layers = ["conv1", "block0.conv1", "block0.conv2"];
const operator = (name: string, ms: number) => ({ name, operator: "Conv", ms });

test("a layer's time is that of its factors and of the changes of layout right after them", () => {
  const operators = [
    operator("ReorderInput", 1000),
    operator("relu_nchwc", 1),
    operator("maxpool_nchwc", 2000),
    operator("ReorderOutput_token_7", 3000),
    operator("block0.conv1.0_nchwc", 10),
    operator("ReorderOutput", 20),
    operator("block0.relu1", 40),
    operator("block0.conv2.1", 200),
    operator("block0.conv2.0", 100),
    operator("block0.relu2", 400),
    operator("avgpool.pooled", 4000),
  ];
  const split = new Map([
    ["block0.conv1", { output: 8 }],
    ["block0.conv2", { output: 16 }],
  ]);
  assert.deepEqual(layerTimes(placeholderSplits(network, split), layers, split, operators), [
    { layer: "conv1", ranks: undefined, ms: 1 },
    { layer: "block0.conv1", ranks: { output: 8 }, ms: 70 },
    { layer: "block0.conv2", ranks: { output: 16 }, ms: 700 },
  ]);
});

test("the rest is what the network as it is spends elsewhere", () => {
  const operators = [operator("conv1", 1), operator("maxpool", 10), operator("block0.conv1", 100), operator("fc", 20)];
  assert.deepEqual(layerTimes(network, ["conv1"], new Map(), operators), [
    { layer: "conv1", ranks: undefined, ms: 1 },
    { layer: rest, ranks: undefined, ms: 130 },
  ]);
});

test("where memory is short the variants are timed in pairs with the network as it is", async () => {
  const variants = [8, 16, 24].map((rank) => new Map([["block0.conv1", { output: rank }]]));
  const options = { threads: 1, batch: 2, imageShape: [3, 32, 32], runs: 2 };
  for (const [memory, groups] of [
    [1, 3],
    [2 ** 40, 1],
  ]) {
    const rounds: string[] = [];
    const onProgress = (done: number, total: number) => rounds.push(`${done}/${total}`);
    const { times, busy } = await timeLayers(network, layers, variants, { ...options, memory, onProgress });
    // One to warm up and three times two; a group whose ratios settle earlier leaves some out.
    const total = 7 * groups;
    assert.equal(rounds[rounds.length - 1], `${total}/${total}`);
    assert.ok(rounds.length >= 3 * groups && rounds.length <= total, String(rounds));
    assert.equal(times.filter(({ layer }) => layer === rest).length, groups);
    const ranks = times.filter(({ layer }) => layer === "block0.conv1").map(({ ranks: own }) => own?.output);
    assert.deepEqual([...new Set(ranks)], [undefined, 8, 16, 24]);
    assert.equal(ranks.length, 3 + groups);
    assert(times.every(({ ms }) => ms > 0));
    assert(busy >= 0 && busy <= 1);
  }
});

test("in int8 every layer has a time as it is and at its ranks, and the rest has one, by the clock of fp32", async () => {
  const variants = [8, 16].map((rank) => new Map([["block0.conv1", { output: rank }]]));
  for (const memory of [1, 2 ** 40]) {
    const options = { threads: 1, batch: 2, imageShape: [3, 32, 32], runs: 2, memory, precision: "int8" } as const;
    const { times } = await timeLayers(network, layers, variants, options);
    const listed = times.map(({ layer, ranks }) => [layer, ranks?.output]);
    const asIs = [...layers, rest].map((layer) => [layer, undefined]);
    const split = (rank: number) => layers.map((layer) => [layer, layer === "block0.conv1" ? rank : undefined]);
    assert.deepEqual(listed, [...asIs, ...split(8), ...split(16)]);
    assert(times.every(({ ms }) => ms > 0));
  }
});
