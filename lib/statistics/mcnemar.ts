import { range } from "../core/tensor";
import { binomialProbability } from "./counts";

/** Probabilities of a difference at least as large between two classifiers of equal accuracy, two-sided. */
export interface McNemar {
  /** Exact binomial test: never too small. */
  exact: number;
  /** Mid-p: the case observed counts half; closer to the nominal level (Fagerland et al. 2013). */
  midP: number;
}

/**
 * McNemar's test (1947, Psychometrika 12, 153–157) of two classifiers on the same images, by the binomial distribution
 * instead of χ², which is poor for few discordant images.
 * Fagerland, Lydersen & Laake 2013, BMC Med. Res. Methodol. 13:91, recommend mid-p.
 * @param onlyFirst images that only the first classifier got right, onlySecond those of the second.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): McNemar {
  const fewer = Math.min(onlyFirst, onlySecond);
  const probability = (count: number) => binomialProbability(count, onlyFirst + onlySecond, 0.5);
  const below = range(fewer).reduce((sum, count) => sum + probability(count), 0);
  return { exact: Math.min(1, 2 * (below + probability(fewer))), midP: 2 * below + probability(fewer) };
}
