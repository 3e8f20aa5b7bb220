import type { ScoredMethod } from "../../../lib/chapters/recoveryTable";

/** An answer sheet with the first `right` of 100 images right. */
export const sheet = (right: number) => "1".repeat(right) + "0".repeat(100 - right);

/** A recovery method whose seeds answer so many of 100 images rightly. */
export const method = (id: ScoredMethod["id"], keep: number, ...right: number[]): ScoredMethod => ({
  id,
  title: `way ${id}`,
  keep,
  rank: 10 * keep,
  ...(id === "b" && { learningRate: 0.01 }),
  sheets: right.map(sheet),
});
