import { UserError } from "../core/errors";

/**
 * Refuses ranks that a factorization cannot have.
 * @param layer named in the error.
 * @param fullRank the largest rank, that of an exact factorization.
 * @throws UserError unless the rank is a whole number from 1 to the full one.
 */
export function checkRank(layer: string, rank: number, fullRank: number): void {
  if (Number.isInteger(rank) && rank >= 1 && rank <= fullRank) return;
  throw new UserError(`rank ${rank} for ${layer}: choose a whole number from 1 to ${fullRank}`);
}
