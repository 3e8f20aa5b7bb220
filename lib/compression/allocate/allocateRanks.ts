import { type Allocation, allocationOf, checkBudget, type Choice, type LayerChoices, originalWithin } from "./choices";
import { leastPriced, relaxation } from "./relaxation";

/** Partial allocations at most that are kept for the next layer. */
const mostPartials = 5_000;

/** Relative errors of sums in another order: what exceeds a bound by less is not excluded by it. */
const rounding = 1e-9;

/** Choices for the first layers, the last of them linked to those before. */
interface Partial {
  cost: number;
  loss: number;
  choice?: Choice;
  before?: Partial;
}

/**
 * The choice for every layer that has the least sum of losses within a budget, of equal ones the cheapest: a
 * multiple-choice knapsack (Sinha & Zoltners 1979, Operations Research 27, 503–515; Kellerer, Pferschy & Pisinger 2004,
 * Knapsack Problems, ch. 11). A budget with room for the layers as they are leaves them so.
 *
 * Dynamic programming over lists, layer by layer, of the partial allocations that no other beats in both cost and loss
 * (Nemhauser & Ullmann 1969, Management Science 15, 494–505), without those that Lagrange's bound shows to end up worse
 * than an allocation known already (Dyer, Riha & Walker 1995, J. Comput. Appl. Math. 58, 43–54). Costs are not rounded to
 * a grid, so the result is exact and no budget met exactly is missed. Only where a list outgrows 5,000, as when every
 * choice saves equally much per cost, is it thinned out: to the least loss in each of 5,000 steps of cost. Then the
 * result is at least as good as the best within a budget smaller by a 5,000th, for each layer, of what the budget
 * is above the least cost.
 * @throws UserError if the budget is not above 0 or below what the layers cost at least.
 */
export function allocateRanks(layers: readonly LayerChoices[], budget: number): Allocation {
  checkBudget(layers, budget);
  const original = originalWithin(layers, budget);
  if (original) return original;
  const { multiplier, greedy } = relaxation(layers, budget);
  const known = allocationOf(layers, greedy);
  const leastCosts = sumsOfRest(layers, ({ choices }) => Math.min(...choices.map(({ cost }) => cost)));
  const leastPrices = sumsOfRest(layers, ({ choices }) => leastPriced(choices, multiplier));
  const mostCost = budget + rounding * Math.abs(budget);
  const mostPrice = known.loss + multiplier * budget + rounding * (Math.abs(known.loss) + multiplier * budget);
  let partials: Partial[] = [{ cost: 0, loss: 0 }];
  layers.forEach(({ choices }, i) => {
    const promising = ({ cost, loss }: Partial) =>
      cost + leastCosts[i + 1] <= mostCost && loss + multiplier * cost + leastPrices[i + 1] <= mostPrice;
    partials = thinned(undominated(extended(partials, choices).filter(promising)));
  });
  const best = partials.filter(({ cost }) => cost <= budget).at(-1);
  return best && best.loss <= known.loss ? allocationOf(layers, choicesOf(best)) : known;
}

/** For each layer, and for none, the sum of a number over that layer and those after it. */
function sumsOfRest(layers: readonly LayerChoices[], numberOf: (layer: LayerChoices) => number): number[] {
  const sums = new Array<number>(layers.length + 1).fill(0);
  for (let i = layers.length - 1; i >= 0; i--) sums[i] = numberOf(layers[i]) + sums[i + 1];
  return sums;
}

function extended(partials: readonly Partial[], choices: readonly Choice[]): Partial[] {
  return choices.flatMap((choice) =>
    partials.map((before) => ({ cost: before.cost + choice.cost, loss: before.loss + choice.loss, choice, before })),
  );
}

/** Those that no other beats, by ascending cost and descending loss. */
function undominated(partials: Partial[]): Partial[] {
  let least = Number.POSITIVE_INFINITY;
  return partials
    .sort((a, b) => a.cost - b.cost || a.loss - b.loss)
    .filter(({ loss }) => {
      const better = loss < least;
      if (better) least = loss;
      return better;
    });
}

/** The list, or the last, of the least loss, in each of `mostPartials` steps of cost. */
function thinned(partials: Partial[]): Partial[] {
  if (partials.length <= mostPartials) return partials;
  const lowest = partials[0].cost;
  const step = (partials[partials.length - 1].cost - lowest) / mostPartials;
  const stepOf = ({ cost }: Partial) => Math.floor((cost - lowest) / step);
  return partials.filter((partial, i) => i === partials.length - 1 || stepOf(partial) !== stepOf(partials[i + 1]));
}

function choicesOf(last: Partial): Choice[] {
  const chosen: Choice[] = [];
  for (let partial: Partial | undefined = last; partial?.choice; partial = partial.before) chosen.push(partial.choice);
  return chosen.reverse();
}
