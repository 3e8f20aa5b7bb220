import { UserError } from "../../core/errors";
import {
  type Allocation,
  allocationOf,
  cheapestOf,
  checkBudget,
  type Choice,
  costOf,
  type LayerChoices,
  originalWithin,
} from "./choices";

/**
 * Every layer cut alike: with the largest common share of the full ranks that keeps within the budget, each layer takes
 * the largest rank on offer up to that share of its own, or the smallest on offer. At share 1 it stays as it is.
 * @throws UserError if the budget is not above 0, below what the layers cost at least, or below what they cost at any
 * common share: a smaller rank need not be a cheaper one.
 */
export function uniformShare(layers: readonly LayerChoices[], budget: number): Allocation {
  checkBudget(layers, budget);
  const original = originalWithin(layers, budget);
  if (original) return original;
  const shared = layers.map(withShares);
  const shares = distinct(shared.flatMap((choices) => choices.map(({ share }) => share)));
  const candidates = shares.reverse().map((limit) => shared.map((choices) => largestWithin(choices, limit)));
  const chosen = candidates.find((choices) => costOf(choices) <= budget);
  if (!chosen)
    throw new UserError(
      `a budget of ${budget} is too small for a common share of the ranks: give ${Math.min(...candidates.map(costOf))} or more`,
    );
  return allocationOf(layers, chosen);
}

interface SharedChoice extends Choice {
  /** Rank over full rank, 1 as it is. */
  share: number;
}

/** By ascending share; as it is comes after a full rank in factors. */
function withShares({ choices, fullRank }: LayerChoices): SharedChoice[] {
  return choices
    .map((choice) => ({ ...choice, share: choice.ranks ? choice.ranks.output / fullRank : 1 }))
    .sort((a, b) => a.share - b.share || Number(!a.ranks) - Number(!b.ranks));
}

function largestWithin(ascending: readonly SharedChoice[], limit: number): SharedChoice {
  return ascending.filter(({ share }) => share <= limit).at(-1) ?? ascending[0];
}

/**
 * Every layer with the same loss at most: with the smallest threshold that keeps within the budget, each layer takes its
 * cheapest choice whose loss is not above it.
 * With measured losses of accuracy this is the search of AIMET (Qualcomm's user guide, "AIMET Greedy Compression Ratio
 * Selection") for one accuracy that all layers keep, without its interpolation between the ratios measured; with losses
 * of response energy it gives all layers equal energy.
 * @throws UserError if the budget is not above 0 or below what the layers cost at least.
 */
export function equalLoss(layers: readonly LayerChoices[], budget: number): Allocation {
  checkBudget(layers, budget);
  const original = originalWithin(layers, budget);
  if (original) return original;
  const losses = layers.map(({ choices }) => choices.map(({ loss }) => loss));
  // Below, some layer would be left without a choice.
  const lowest = Math.max(...losses.map((own) => Math.min(...own)));
  const candidates = distinct(losses.flat())
    .filter((threshold) => threshold >= lowest)
    .map((threshold) => layers.map(({ choices }) => cheapestOf(choices.filter(({ loss }) => loss <= threshold))));
  // The highest threshold leaves every layer its cheapest choice, and those the budget was checked for.
  return allocationOf(layers, candidates.find((chosen) => costOf(chosen) <= budget)!);
}

/** Each number once, ascending. */
function distinct(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
