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
