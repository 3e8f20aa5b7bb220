import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allocateRanks } from "../../../../lib/compression/allocate/allocateRanks";
import { equalLoss, uniformShare } from "../../../../lib/compression/allocate/baselines";
import type { Allocation, LayerChoices } from "../../../../lib/compression/allocate/choices";
import { UserError } from "../../../../lib/core/errors";

const layers = ["a", "b"].map(
  (layer): LayerChoices => ({
    layer,
    fullRank: 6,
    choices: [
      { ranks: undefined, cost: 5, loss: 0 },
      { ranks: { output: 3 }, cost: 2, loss: -1 },
      { ranks: { output: 1 }, cost: 1, loss: 2 },
    ],
  }),
);
const allocators: Record<string, (layers: LayerChoices[], budget: number) => Allocation> = {
  allocateRanks,
  equalLoss,
  uniformShare,
};

for (const [name, allocate] of Object.entries(allocators))
  test(`${name}: a budget of the original's cost or above leaves the layers as they are`, () => {
    for (const budget of [10, 10.5, 1e300, Number.POSITIVE_INFINITY])
      assert.deepEqual(allocate(layers, budget), {
        ranks: new Map([
          ["a", undefined],
          ["b", undefined],
        ]),
        cost: 10,
        loss: 0,
      });
  });

for (const [name, take] of Object.entries(allocators))
  describe(name, () => {
    test("budgets that are no budgets", () => {
      for (const budget of [0, -0, -3, Number.NaN, Number.NEGATIVE_INFINITY])
        assert.throws(
          () => take(layers, budget),
          new UserError(`a budget of ${budget} buys nothing: give a number above 0`),
        );
    });

    test("a budget below the floor is told the floor, and the floor will do", () => {
      assert.throws(
        () => take(layers, 1.999),
        new UserError(
          "a budget of 1.999 is too small: these 2 layers cost 2 at least, give that much or offer smaller ranks",
        ),
      );
      take(layers, 2);
    });

    test("costs and losses that are not finite name their layer", () => {
      for (const broken of [{ cost: Number.NaN }, { loss: Number.POSITIVE_INFINITY }]) {
        const choices = layers[1].choices.map((choice) =>
          choice.ranks?.output === 3 ? { ...choice, ...broken } : choice,
        );
        assert.throws(
          () => take([layers[0], { layer: "b", fullRank: 8, choices }], 5),
          (error) => error instanceof UserError && /^b at rank 3 has cost .* and loss .*: measure/.test(error.message),
        );
      }
    });

    test("a layer without choices is named", () => {
      assert.throws(
        () => take([{ layer: "b", fullRank: 8, choices: [] }], 5),
        new UserError("b has no choices: offer one at least, such as to leave it as it is"),
      );
    });
  });
