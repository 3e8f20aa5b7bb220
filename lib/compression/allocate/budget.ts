import { UserError } from "../../core/errors";
import { type Allocation, allocationOf, cheapestOf, type Choice, costOf, type LayerChoices } from "./choices";

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
