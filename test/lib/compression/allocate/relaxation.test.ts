import assert from "node:assert/strict";
import { test } from "node:test";
import { costOf } from "../../../../lib/compression/allocate/choices";
import { relaxation } from "../../../../lib/compression/allocate/relaxation";
import { Random } from "../../../../lib/core/random";
import { assertNear } from "../../../support/close";
import { dualBound, exactBudgets, kindsOfLayers, randomLayers } from "../../../support/randomChoices";

for (const kind of Object.keys(kindsOfLayers))
  test(`no multiplier gives a greater bound, and what it comes with is affordable: ${kind}`, () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed);
      const layers = randomLayers(kind, random, 1 + random.integer(8), 2 + random.integer(8));
      for (const budget of exactBudgets(layers, random, 3)) {
        const { multiplier, greedy } = relaxation(layers, budget);
        const dual = (price: number) => dualBound(layers, budget, price);
        const bound = dual(multiplier);
        assert.ok(multiplier >= 0);
        for (const other of [0, 1e-3, 0.1, 1, 10, multiplier * 0.99, multiplier * 1.01])
          assert.ok(dual(other) <= bound + 1e-12 * (1 + other * budget), `${other} instead of ${multiplier}`);
        assert.ok(costOf(greedy) <= budget);
        assert.ok(greedy.reduce((sum, { loss }) => sum + loss, 0) >= bound - 1e-12);
      }
    }
  });

test("by hand: the fraction of the step that the budget ends in", () => {
  const layers = [
    {
      layer: "a",
      fullRank: 8,
      choices: [
        { ranks: { output: 1 }, cost: 1, loss: 8 },
        { ranks: { output: 2 }, cost: 2, loss: 7.5 },
        { ranks: undefined, cost: 3, loss: 0 },
      ],
    },
  ];
  // From cost 1 to 3 each unit saves 4; rank 2 lies above that line.
  assert.deepEqual(relaxation(layers, 2), { multiplier: 4, greedy: [layers[0].choices[0]] });
  assert.equal(dualBound(layers, 2, 4), 4);
});

test("where the budget does not bind the bound is the sum of least losses", () => {
  const layers = randomLayers("small ranks cheaper and worse", new Random(1), 4, 5);
  for (const budget of [1e9, Number.POSITIVE_INFINITY]) {
    const { multiplier } = relaxation(layers, budget);
    assertNear(dualBound(layers, budget, multiplier), 0);
  }
});
