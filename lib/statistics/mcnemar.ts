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
 * @param onlyFirst images that only the first classifier got right.
 * @param onlySecond images that only the second got right.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): McNemar {
  const discordant = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // Logarithms, because 2⁻ⁿ vanishes for n above 1074.
  let logProbability = -discordant * Math.LN2;
  let below = 0;
  for (let k = 0; k < fewer; k++) {
    below += Math.exp(logProbability);
    logProbability += Math.log((discordant - k) / (k + 1));
  }
  const observed = Math.exp(logProbability);
  return { exact: Math.min(1, 2 * (below + observed)), midP: 2 * below + observed };
}
