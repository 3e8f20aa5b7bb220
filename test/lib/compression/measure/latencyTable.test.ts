import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  candidateRanks,
  type LatencyTable,
  measureLatencyTable,
  predictMs,
} from "../../../../lib/compression/measure/latencyTable";
import { placeholderSplits } from "../../../../lib/compression/placeholders";
import type { Clock } from "../../../../lib/engines/rounds";
import { UserError } from "../../../../lib/core/errors";
import { deepNetwork } from "../../../../lib/network/deepNetwork";
import { foldBatchNorms } from "../../../../lib/network/foldBatchNorms";
import { type Conv, costs, imageInput, type Network, parameterCount } from "../../../../lib/network/network";
import { Random } from "../../../../lib/core/random";
import { tensor } from "../../../../lib/core/tensor";
import { bothEndsAt, outputsAt } from "../../../support/plans";

const conv = (shape: number[]): Conv => ({
  kind: "conv",
  name: "c",
  input: imageInput,
  weight: tensor(shape),
  stride: [1, 1],
  padding: [(shape[2] - 1) / 2, (shape[3] - 1) / 2],
});

test("candidates are multiples of 8, ascending, and cheaper than the layer; the next multiple would not be", () => {
  for (const shape of [
    [64, 3, 7, 7],
    [64, 64, 3, 3],
    [128, 64, 1, 1],
    [100, 30, 3, 5],
  ]) {
    const layer: Network = { nodes: [conv(shape)] };
    const ranks = candidateRanks(conv(shape)).map(({ output }) => output);
    const macs = (network: Network) => costs(network, [shape[1], 9, 9]).reduce((sum, cost) => sum + cost.macs, 0);
    const split = (rank: number) => macs(placeholderSplits(layer, bothEndsAt(layer, [["c", rank]])));
    assert.deepEqual(
      ranks,
      ranks.map((_, i) => 8 * (i + 1)),
    );
    assert(split(ranks[ranks.length - 1]) < macs(layer));
    assert(split(ranks[ranks.length - 1] + 8) >= macs(layer));
  }
});

test("small layers have no candidates", () => {
  for (const shape of [
    [8, 8, 3, 3],
    [16, 16, 1, 1],
    [1, 1, 1, 1],
  ])
    assert.deepEqual(candidateRanks(conv(shape)), []);
});

test("where there would be more than asked for, they are multiples of 16, the larger the further apart", () => {
  for (const side of [120, 128, 136, 200, 256, 512, 1000, 2048]) {
    for (const most of [3, 8, 12]) {
      const ranks = candidateRanks(conv([side, side, 3, 3]), most).map(({ output }) => output);
      const largest = Math.ceil(0.9 * side) - 1;
      assert.equal(ranks.length, Math.min(most, Math.floor(largest / 16)), `${ranks}`);
      assert.equal(ranks[0], 16);
      assert(ranks.every((rank, i) => rank % 16 === 0 && rank <= largest && rank > (ranks[i - 1] ?? 0), `${ranks}`));
      assert(ranks[ranks.length - 1] > 0.6 * largest, `${ranks}`);
      const gaps = ranks.slice(1).map((rank, i) => rank - ranks[i]);
      assert(gaps[0] <= gaps[gaps.length - 1], `${ranks}`);
    }
  }
});

const table: LatencyTable = {
  restMs: 1000,
  busy: 0,
  layers: [
    {
      layer: "a",
      options: [{ ms: 1 }, { ranks: { output: 8 }, ms: 2 }],
    },
    { layer: "b", options: [{ ranks: undefined, ms: 10 }] },
  ],
};

test("a network's time is the rest and the sum of its layers, each at its rank or as it is", () => {
  assert.equal(predictMs(table, new Map()), 1011);
  assert.equal(predictMs(table, outputsAt([["a", 8]])), 1012);
  assert.equal(
    predictMs(
      table,
      new Map([
        ["a", undefined],
        ["b", undefined],
      ]),
    ),
    1011,
  );
});

test("ranks and layers that were not timed are refused", () => {
  const refused = (layer: string, message: RegExp) =>
    assert.throws(
      () => predictMs(table, outputsAt([[layer, 16]])),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refused("a", /rank 16 of a was not timed: choose one of these: 8$/);
  refused("b", /these: none$/);
  refused("c", /c was not timed/);
});

const folder = mkdtempSync(join(tmpdir(), "latency-table-test-"));
after(() => rmSync(folder, { recursive: true }));
const network = foldBatchNorms(deepNetwork(4));
const candidates = new Map([
  ["conv1", []],
  ["block0.conv1", [{ output: 8 }, { output: 16, input: 8 }, { output: 24 }]],
  ["block0.conv2", [{ output: 32 }]],
]);
let rounds = 0;
/** Share of the machine that other programs take, as far as the clock can tell. */
let busy = 0;
const clock: Clock = {
  now: () => performance.now(),
  load: () => ({ wall: performance.now(), all: performance.now() * busy * availableParallelism(), own: 0 }),
};
const options = {
  clock,
  threads: 1,
  batch: 2,
  imageShape: [3, 32, 32],
  runs: 2,
  cache: { fresh: false, folder },
  onProgress: () => {
    rounds++;
  },
};

test("every layer has a time as it is and at each of its ranks", async () => {
  const measured = await measureLatencyTable(network, candidates, options);
  assert(measured.restMs > 0);
  assert.deepEqual(
    measured.layers.map(({ layer, options: timed }) => [layer, timed.map(({ ranks }) => ranks)]),
    [...candidates].map(([layer, ranks]) => [layer, [undefined, ...ranks]]),
  );
  assert(measured.layers.every(({ options: timed }) => timed.every(({ ms }) => ms > 0)));
});

test("a table is measured once for a network's form, whatever its numbers, and anew where asked or anything differs", async () => {
  const measure = async (of: Network, more: object) => {
    rounds = 0;
    const result = await measureLatencyTable(of, candidates, { ...options, ...more });
    return [rounds, result] as const;
  };
  const [, first] = await measure(network, {});
  const others = foldBatchNorms(deepNetwork(4, new Random(9)));
  assert.equal(parameterCount(others), parameterCount(network));
  assert.deepEqual(await measure(others, {}), [0, first]);
  for (const [of, more] of [
    [network, { batch: 1 }],
    [network, { imageShape: [3, 40, 40] }],
    [foldBatchNorms(deepNetwork(6)), {}],
    [network, { cache: { fresh: true, folder } }],
  ] as [Network, object][])
    assert.ok((await measure(of, more))[0] >= 3);
});

test("a table measured while the machine was busy is measured again next time, but not twice at once", async () => {
  const measure = async (share: number, fresh = false) => {
    [rounds, busy] = [0, share];
    const table = await measureLatencyTable(network, candidates, { ...options, cache: { fresh, folder } });
    return [rounds > 0, table.busy > 0.1];
  };
  assert.deepEqual(await measure(0.9, true), [true, true]);
  const taken = rounds;
  assert.ok(taken <= 7, String(taken));
  assert.deepEqual(await measure(0.9), [true, true]);
  assert.deepEqual(await measure(0), [true, false]);
  assert.deepEqual(await measure(0.9), [false, false]);
});

test("nodes that are no convolutions are refused before anything runs", async () => {
  await assert.rejects(measureLatencyTable(network, new Map([["fc", []]]), options), /fc is a linear/);
});
