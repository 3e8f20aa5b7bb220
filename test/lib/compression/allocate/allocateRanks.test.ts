import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allocateRanks } from "../../../../lib/compression/allocate/allocateRanks";
import { equalLoss, uniformShare } from "../../../../lib/compression/allocate/baselines";
import { costOf, type LayerChoices } from "../../../../lib/compression/allocate/choices";
import { relaxation } from "../../../../lib/compression/allocate/relaxation";
import { Random } from "../../../../lib/core/random";
import { assertNear } from "../../../support/close";
import { outputsAt } from "../../../support/plans";
import { dualBound, everyAllocation, exactBudgets, kindsOfLayers, randomLayers } from "../../../support/randomChoices";

const lossOf = (choices: readonly { loss: number }[]) => choices.reduce((sum, { loss }) => sum + loss, 0);
const originalCost = (layers: readonly LayerChoices[]) => costOf(layers.map(({ choices }) => choices.at(-1)!));

for (const kind of Object.keys(kindsOfLayers))
  describe(kind, () => {
    test("as good as the best of all allocations, of equal ones as cheap; the dual bound is not above", () => {
      for (let seed = 0; seed < 60; seed++) {
        const random = new Random(seed);
        const layers = randomLayers(kind, random, 1 + random.integer(5), 2 + random.integer(4));
        for (const budget of exactBudgets(layers, random, 4)) {
          if (budget >= originalCost(layers)) continue;
          const found = allocateRanks(layers, budget);
          const affordable = everyAllocation(layers).filter((choices) => costOf(choices) <= budget);
          const least = Math.min(...affordable.map(lossOf));
          assertNear(found.loss, least);
          const cheapest = Math.min(...affordable.filter((choices) => lossOf(choices) === found.loss).map(costOf));
          assert.ok(found.cost <= cheapest, `${found.cost}, but ${cheapest} does as well`);
          assert.ok(dualBound(layers, budget, relaxation(layers, budget).multiplier) <= found.loss + 1e-12);
        }
      }
    });

    test("20 layers: budgets are kept, cost and loss are those of the ranks, no baseline is better", () => {
      for (let seed = 0; seed < 2; seed++) {
        const random = new Random(seed);
        const layers = randomLayers(kind, random, 20, 14);
        for (const budget of exactBudgets(layers, random, 3)) {
          const found = allocateRanks(layers, budget);
          const chosen = layers.map(
            ({ layer, choices }) => choices.find(({ ranks }) => ranks === found.ranks.get(layer))!,
          );
          assert.equal(found.cost, costOf(chosen));
          assert.equal(found.loss, lossOf(chosen));
          assert.ok(found.cost <= budget);
          assert.ok(found.loss <= equalLoss(layers, budget).loss);
          const cheapestShared = costOf(layers.map(({ choices }) => choices[0]));
          if (budget >= cheapestShared) assert.ok(found.loss <= uniformShare(layers, budget).loss);
        }
      }
    });

    test("20 layers of 14 choices take at most 1 s of one core", () => {
      const layers = randomLayers(kind, new Random(1), 20, 14);
      const least = costOf(layers.map(({ choices }) => choices.reduce((a, b) => (b.cost < a.cost ? b : a))));
      for (const share of [0.2, 0.5, 0.8]) {
        const before = process.cpuUsage();
        allocateRanks(layers, least + share * (originalCost(layers) - least));
        const seconds = process.cpuUsage(before).user / 1e6;
        assert.ok(seconds <= 1, `${seconds} s`);
      }
    });
  });

test("layers that cannot stay as they are, or can do nothing else", () => {
  const layers: LayerChoices[] = [
    { layer: "a", fullRank: 8, choices: [{ ranks: { output: 2 }, cost: 1, loss: 5 }] },
    { layer: "b", fullRank: 8, choices: [{ ranks: undefined, cost: 3, loss: 0 }] },
    {
      layer: "c",
      fullRank: 8,
      choices: [
        { ranks: { output: 4 }, cost: 2, loss: 1 },
        { ranks: undefined, cost: 4, loss: 0 },
      ],
    },
  ];
  const ranks = (c: number | undefined) =>
    outputsAt([
      ["a", 2],
      ["b", undefined],
      ["c", c],
    ]);
  assert.deepEqual(allocateRanks(layers, 7), { ranks: ranks(4), cost: 6, loss: 6 });
  assert.deepEqual(allocateRanks(layers, 1000), { ranks: ranks(undefined), cost: 8, loss: 5 });
});

test("fractions that no sum reproduces: a budget met exactly is met in whatever order it was added up", () => {
  const choices = [
    { ranks: { output: 1 }, cost: 0.1, loss: 1 },
    { ranks: { output: 2 }, cost: 0.2, loss: 0.5 },
    { ranks: undefined, cost: 0.3, loss: 0 },
  ];
  const layers = Array.from({ length: 10 }, (_, i) => ({ layer: `${i}`, fullRank: 2, choices }));
  const budget = Array.from({ length: 10 }, () => 0.2).reduce((sum, cost) => sum + cost, 0);
  assertNear(allocateRanks(layers, budget).loss, 5);
});
