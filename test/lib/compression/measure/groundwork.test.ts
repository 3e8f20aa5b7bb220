import assert from "node:assert/strict";
import { before, test } from "node:test";
import { allocateRanks } from "../../../../lib/compression/allocate/allocateRanks";
import { type Budget, choicesOf, type Groundwork } from "../../../../lib/compression/measure/groundwork";
import { weightInputBases } from "../../../../lib/compression/measure/inputBases";
import { narrowInputs } from "../../../../lib/compression/fit/narrowInputs";
import { candidateRanks } from "../../../../lib/compression/measure/latencyTable";
import { splitByBases } from "../../../../lib/compression/measure/responseBases";
import { weightBases } from "../../../../lib/compression/measure/weightBases";
import { convOf } from "../../../../lib/network/convOf";
import { costs, type Network } from "../../../../lib/network/network";
import { smallLayers, smallResnet } from "../../../support/smallResnet";

const network = smallResnet(1, 32);
const imageShape = [3, 64, 64];
const ranks = new Map(smallLayers.map((layer) => [layer, candidateRanks(convOf(network, layer))]));
let bases: Awaited<ReturnType<typeof weightBases>>;
before(async () => {
  bases = await weightBases(network, smallLayers, 1);
});
const groundwork = {
  network,
  imageShape,
  layers: smallLayers,
  ranks,
  table: {
    batch: 1,
    threads: 1,
    restMs: 100,
    layers: smallLayers.map((layer, i) => ({
      layer,
      times: [undefined, ...(ranks.get(layer) ?? [])].map((rank) => ({ rank, ms: (i + 1) * (rank ?? 100) })),
    })),
  },
  // Small ranks lose more, and of every layer another amount.
  losses: new Map(
    smallLayers.map((layer, i) => [layer, (ranks.get(layer) ?? []).map((rank) => ({ rank, loss: (i + 1) / rank }))]),
  ),
} as Partial<Groundwork> as Groundwork;

/** Multiply-accumulates and bytes of a network's convolutions. */
function counted(of: Network) {
  const convolutions = costs(of, imageShape).filter(({ kind }) => kind === "conv");
  return {
    MACs: convolutions.reduce((sum, { macs }) => sum + macs, 0),
    bytes: convolutions.reduce((sum, { parameters }) => sum + 4 * parameters, 0),
  };
}

const split = async (chosen: Map<string, number | undefined>) =>
  splitByBases(narrowInputs(network, chosen, await weightInputBases(network, smallLayers, 1)), chosen, bases, 1);

const costOf = (budget: Budget, chosen: Map<string, number | undefined>) =>
  choicesOf(groundwork, budget, "sensitivity").reduce(
    (sum, { layer, choices }) => sum + (choices.find(({ rank }) => rank === chosen.get(layer))?.cost ?? Number.NaN),
    0,
  );

test("a choice costs the multiply-accumulates and bytes that the really split network has", async () => {
  const asItIs = new Map(smallLayers.map((layer) => [layer, undefined]));
  const smallest = new Map(smallLayers.map((layer) => [layer, ranks.get(layer)?.[0]]));
  const largest = new Map(smallLayers.map((layer) => [layer, ranks.get(layer)?.at(-1)]));
  assert.ok([...smallest.values()].every((rank) => rank !== undefined));
  for (const chosen of [asItIs, smallest, largest]) {
    const { MACs, bytes } = counted(await split(chosen));
    assert.equal(costOf("MACs", chosen), MACs);
    assert.equal(costOf("bytes", chosen), bytes);
  }
});

test("a choice costs the milliseconds that the table has for it", () => {
  for (const { layer, choices } of choicesOf(groundwork, "ms", "sensitivity")) {
    const i = smallLayers.indexOf(layer);
    for (const { rank, cost } of choices) assert.equal(cost, (i + 1) * (rank ?? 100));
  }
});

test("ranks are found within half of what the network costs, counted any way, and cost what was counted", async () => {
  for (const budget of ["ms", "MACs", "bytes"] as const) {
    const half = costOf(budget, new Map()) / 2;
    const allocation = allocateRanks(choicesOf(groundwork, budget, "sensitivity"), half);
    assert.ok(allocation.cost <= half && allocation.loss > 0);
    if (budget !== "ms") assert.equal(counted(await split(allocation.ranks))[budget], allocation.cost);
  }
});
