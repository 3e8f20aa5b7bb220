import { type Choice, costOf, type LayerChoices } from "../../lib/compression/allocate/choices";
import { leastPriced } from "../../lib/compression/allocate/relaxation";
import type { Random } from "../../lib/core/random";

/** Cost and loss of a choice of rank `k` out of `count`. */
type Draw = (random: Random, k: number, count: number) => { cost: number; loss: number };

/** Kinds of layers to allocate ranks to; as it is, each costs 1 and loses 0, in whole numbers 10. */
export const kindsOfLayers: Record<string, { original: number; draw: Draw }> = {
  "costs and losses unrelated, some above the original's, some below 0": {
    original: 1,
    draw: (random) => ({ cost: random.uniform(0.1, 1.2), loss: random.uniform(-0.1, 1) }),
  },
  "small ranks cheaper and worse": {
    original: 1,
    draw: (random, k, count) => ({
      cost: (k - random.uniform()) / count,
      loss: Math.exp((-4 * k) / count) * random.uniform(0.5, 1),
    }),
  },
  "whole numbers, many equal": {
    original: 10,
    draw: (random) => ({ cost: 1 + random.integer(10), loss: random.integer(6) }),
  },
  "equally much saved per cost": {
    original: 1,
    draw: (random) => {
      const cost = random.uniform(0.1, 1);
      return { cost, loss: 1 - cost };
    },
  },
};

/** Layers of a kind, each with `count` choices, the last of them to stay as it is. */
export function randomLayers(kind: string, random: Random, layers: number, count: number): LayerChoices[] {
  const { original, draw } = kindsOfLayers[kind];
  return Array.from({ length: layers }, (_, i) => {
    const ranks = Array.from(
      { length: count - 1 },
      (_, k): Choice => ({ ranks: { output: k + 1 }, ...draw(random, k + 1, count) }),
    );
    return { layer: `layer ${i}`, fullRank: count, choices: [...ranks, { ranks: undefined, cost: original, loss: 0 }] };
  });
}

/** Every way to choose for every layer. */
export function everyAllocation(layers: readonly LayerChoices[]): Choice[][] {
  return layers.reduce<Choice[][]>(
    (heads, { choices }) => heads.flatMap((head) => choices.map((choice) => [...head, choice])),
    [[]],
  );
}

/** Costs of allocations of all kinds, those of the cheapest and of the dearest included: budgets that are met exactly. */
export function exactBudgets(layers: readonly LayerChoices[], random: Random, count: number): number[] {
  const pick = (index: (choices: Choice[]) => number) =>
    costOf(layers.map(({ choices }) => [...choices].sort((a, b) => a.cost - b.cost)[index(choices)]));
  return [
    pick(() => 0),
    pick(({ length }) => length - 1),
    ...Array.from({ length: count }, () => pick(({ length }) => random.integer(length))),
  ];
}

/** Lagrange's dual function at a price: no allocation within the budget loses less, whatever the price. */
export function dualBound(layers: readonly LayerChoices[], budget: number, price: number): number {
  const least = layers.reduce((sum, { choices }) => sum + leastPriced(choices, price), 0);
  return price === 0 ? least : least - price * budget;
}
