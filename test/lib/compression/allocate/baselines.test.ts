import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equalLoss, uniformShare } from "../../../../lib/compression/allocate/baselines";
import type { Allocation, LayerChoices } from "../../../../lib/compression/allocate/choices";
import { UserError } from "../../../../lib/core/errors";
import { Random } from "../../../../lib/core/random";
import { exactBudgets, kindsOfLayers, randomLayers } from "../../../support/randomChoices";

/** Two layers of full rank 8 and 4, with ranks at an eighth, a quarter … of it. */
const layers: LayerChoices[] = [
  {
    layer: "wide",
    fullRank: 8,
    choices: [
      { ranks: { output: 2 }, cost: 2, loss: 3 },
      { ranks: { output: 4 }, cost: 4, loss: 1 },
      { ranks: undefined, cost: 10, loss: 0 },
    ],
  },
  {
    layer: "narrow",
    fullRank: 4,
    choices: [
      { ranks: undefined, cost: 5, loss: 0 },
      { ranks: { output: 3 }, cost: 3, loss: 0.5 },
      { ranks: { output: 1 }, cost: 1, loss: 2 },
    ],
  },
];
const ranksOf = ({ ranks }: Allocation) => [...ranks.values()].map((own) => own?.output);

describe("a common share of the full ranks", () => {
  const at = (budget: number) => ranksOf(uniformShare(layers, budget));
  test("each layer takes the largest rank up to the share, the largest share that the budget allows", () => {
    assert.deepEqual(at(3), [2, 1]);
    assert.deepEqual(at(4.9), [2, 1]);
    assert.deepEqual(at(5), [4, 1]);
    assert.deepEqual(at(7), [4, 3]);
    assert.deepEqual(at(14.9), [4, 3]);
    assert.deepEqual(at(15), [undefined, undefined]);
  });

  test("a layer that offers no rank so small takes its smallest", () => {
    const fixed: LayerChoices = { layer: "fixed", fullRank: 3, choices: [{ ranks: undefined, cost: 1, loss: 0 }] };
    assert.deepEqual(ranksOf(uniformShare([fixed, ...layers], 6)), [undefined, 4, 1]);
  });

  test("the full rank in factors gives way to the layer as it is", () => {
    const choices = [
      { ranks: undefined, cost: 4, loss: 0 },
      { ranks: { output: 4 }, cost: 3, loss: 0 },
    ];
    const twice = [
      { layer: "wide", fullRank: 8, choices },
      { layer: "narrow", fullRank: 4, choices: [{ ranks: { output: 4 }, cost: 3, loss: 0 }] },
    ];
    assert.deepEqual(ranksOf(uniformShare(twice, 7)), [undefined, 4]);
  });

  test("where small ranks cost more, a budget can be too small for any share", () => {
    const slow = layers.map(({ choices, ...layer }) => ({
      ...layer,
      choices: choices.map((choice) => ({ ...choice, cost: choice.ranks ? 6 + choice.ranks.output : 5 })),
    }));
    slow[1].choices[0].cost = 20;
    assert.throws(
      () => uniformShare(slow, 12.5),
      new UserError("a budget of 12.5 is too small for a common share of the ranks: give 15 or more"),
    );
  });
});

describe("a common threshold of loss", () => {
  test("each layer takes its cheapest choice within it, the smallest that the budget allows", () => {
    const at = (budget: number) => ranksOf(equalLoss(layers, budget));
    assert.deepEqual(at(3), [2, 1]);
    assert.deepEqual(at(5), [4, 1]);
    assert.deepEqual(at(7), [4, 3]);
    assert.deepEqual(at(13), [undefined, 3]);
    assert.deepEqual(at(15), [undefined, undefined]);
  });

  test("no smaller threshold would do", () => {
    for (const kind of Object.keys(kindsOfLayers))
      for (let seed = 0; seed < 30; seed++) {
        const random = new Random(seed);
        const drawn = randomLayers(kind, random, 6, 7);
        for (const budget of exactBudgets(drawn, random, 3)) {
          const { ranks, cost } = equalLoss(drawn, budget);
          assert.ok(cost <= budget);
          if ([...ranks.values()].every((own) => own === undefined)) continue;
          const taken = drawn.map(({ layer, choices }) => choices.find((choice) => choice.ranks === ranks.get(layer))!);
          const threshold = Math.max(...taken.map(({ loss }) => loss));
          const below = drawn.map(({ choices }) => choices.filter(({ loss }) => loss < threshold));
          const least = below.reduce((sum, own) => sum + Math.min(...own.map((choice) => choice.cost)), 0);
          assert.ok(least > budget, `${kind}, seed ${seed}: losses below ${threshold} cost ${least} of ${budget} only`);
        }
      }
  });

  test("layers that cannot stay as they are", () => {
    const cut = layers.map(({ choices, ...layer }) => ({ ...layer, choices: choices.filter(({ ranks }) => ranks) }));
    assert.deepEqual(ranksOf(equalLoss(cut, 100)), [4, 3]);
  });
});
