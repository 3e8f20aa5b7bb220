import { type Choice, costOf, type LayerChoices } from "./choices";

/** What the problem without its whole choices tells about the one with them. */
export interface Relaxation {
  /** Loss that one unit of budget more would save: Lagrange's multiplier of the budget. 0 if the budget does not bind. */
  multiplier: number;
  /** An allocation within the budget, often the best. */
  greedy: Choice[];
}

/**
 * Solves the multiple-choice knapsack with fractions of choices allowed (Sinha & Zoltners 1979, Operations Research 27,
 * 503–515): from the cheapest choices on, the steps along each layer's convex hull, those that save most per cost first.
 * The first that no longer fits sets the multiplier λ; no allocation within the budget loses less than Lagrange's dual
 * bound, Σ min (loss + λ cost) − λ budget with each minimum over the choices of a layer.
 * @param budget at least the sum of the cheapest choices' costs.
 */
export function relaxation(layers: readonly LayerChoices[], budget: number): Relaxation {
  const hulls = layers.map(({ choices }) => convexHull(choices));
  let greedy = hulls.map(([cheapest]) => cheapest);
  const full = new Set<number>();
  let multiplier = 0;
  for (const { layer, to, saving } of hulls.flatMap(stepsOf).sort((a, b) => b.saving - a.saving)) {
    if (full.has(layer)) continue;
    const next = greedy.map((choice, i) => (i === layer ? to : choice));
    if (costOf(next) <= budget) greedy = next;
    else {
      if (full.size === 0) multiplier = saving;
      full.add(layer);
    }
  }
  return { multiplier, greedy };
}

/** The least loss + λ cost among the choices of a layer. */
export function leastPriced(choices: readonly Choice[], multiplier: number): number {
  return choices.reduce((least, { cost, loss }) => Math.min(least, loss + multiplier * cost), Number.POSITIVE_INFINITY);
}

/** From a choice on the hull of a layer to the next. */
interface Step {
  /** Index. */
  layer: number;
  to: Choice;
  /** Loss saved per cost. */
  saving: number;
}

function stepsOf(hull: Choice[], layer: number): Step[] {
  return hull.slice(1).map((to, i) => ({ layer, to, saving: savingOf(hull[i], to) }));
}

function savingOf(from: Choice, to: Choice): number {
  return (from.loss - to.loss) / (to.cost - from.cost);
}

/** Lower convex hull of loss over cost, from the cheapest choice to that of the least loss (Andrew 1979). */
function convexHull(choices: readonly Choice[]): Choice[] {
  const hull: Choice[] = [];
  for (const choice of [...choices].sort((a, b) => a.cost - b.cost || a.loss - b.loss)) {
    if (hull.length > 0 && choice.loss >= hull[hull.length - 1].loss) continue;
    while (
      hull.length > 1 &&
      savingOf(hull[hull.length - 2], choice) >= savingOf(hull[hull.length - 2], hull[hull.length - 1])
    )
      hull.pop();
    hull.push(choice);
  }
  return hull;
}
