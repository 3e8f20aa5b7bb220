import { UserError } from "../../core/errors";
import type { LayerRanks, RankPlan } from "../../network/rankPlan";

/** One way to run a layer. */
export interface Choice {
  /** undefined: as it is. */
  ranks?: LayerRanks;
  /** In the budget's unit: milliseconds, multiply-accumulates or bytes. */
  cost: number;
  /** Predicted loss, 0 for the layer as it is; below 0 if the layer does better so. */
  loss: number;
}

/** A layer and the ways to run it, one of which is to be chosen. */
export interface LayerChoices {
  layer: string;
  /** min(out, in · height · width), of which ranks are shares. */
  fullRank: number;
  choices: Choice[];
}

/** One choice for every layer. */
export interface Allocation {
  ranks: RankPlan;
  /** Sum over the layers. */
  cost: number;
  /** Sum over the layers: what the losses predict if they simply add up. */
  loss: number;
}

/** The allocation that takes one choice for each layer, in their order. */
export function allocationOf(layers: readonly LayerChoices[], chosen: readonly Choice[]): Allocation {
  return {
    ranks: new Map(layers.map(({ layer }, i) => [layer, chosen[i].ranks])),
    cost: costOf(chosen),
    loss: chosen.reduce((sum, { loss }) => sum + loss, 0),
  };
}

/** Sum of costs, always in the order of the layers: in another, rounding could push it over a budget met exactly. */
export function costOf(chosen: readonly Choice[]): number {
  return chosen.reduce((sum, { cost }) => sum + cost, 0);
}

/** The cheapest choice of at least one, of equally cheap ones that with the least loss. */
export function cheapestOf(choices: readonly Choice[]): Choice {
  return choices.reduce((best, choice) => (cheaper(choice, best) ? choice : best));
}

function cheaper(choice: Choice, other: Choice): boolean {
  return choice.cost < other.cost || (choice.cost === other.cost && choice.loss < other.loss);
}

/**
 * The layers as they are, if a budget has room for them: what every allocator gives then. Undefined if it has not, or if
 * some layer cannot stay as it is.
 */
export function originalWithin(layers: readonly LayerChoices[], budget: number): Allocation | undefined {
  const original = layers.flatMap(({ choices }) => choices.find(({ ranks }) => ranks === undefined) ?? []);
  const fits = original.length === layers.length && costOf(original) <= budget;
  return fits ? allocationOf(layers, original) : undefined;
}

/**
 * Checks that some allocation keeps within the budget.
 * @throws UserError for a budget that is not above 0 or below the sum of the layers' cheapest choices, and for a layer
 * without choices or with a cost or loss that is not finite.
 */
export function checkBudget(layers: readonly LayerChoices[], budget: number): void {
  if (!(budget > 0)) throw new UserError(`a budget of ${budget} buys nothing: give a number above 0`);
  const least = costOf(layers.map(cheapestChoice));
  if (budget < least)
    throw new UserError(
      `a budget of ${budget} is too small: these ${layers.length} layers cost ${least} at least, give that much or offer smaller ranks`,
    );
}

function cheapestChoice({ layer, choices }: LayerChoices): Choice {
  if (choices.length === 0)
    throw new UserError(`${layer} has no choices: offer one at least, such as to leave it as it is`);
  const broken = choices.find(({ cost, loss }) => !Number.isFinite(cost) || !Number.isFinite(loss));
  if (broken)
    throw new UserError(
      `${layer} at ${broken.ranks ? `rank ${broken.ranks.output}` : "full rank"} has cost ${broken.cost} and loss ${broken.loss}: measure it again or leave this choice out`,
    );
  return cheapestOf(choices);
}
