import { conditionNumber, effectiveRank, rankForVariance, type Spectrum, stableRank } from "../linalg/spectrum";
import { varianceThreshold } from "./chapter2";
import type { GuideScore, Outcome } from "../claims/chapter5";
import { bootstrapInterval } from "../statistics/bootstrap";
import { spearman } from "../statistics/spearman";
import type { Accuracy } from "../training/evaluate";
import type { CompressedLayer, Trial } from "./sensitivity";

/** Something known before the network is run that might tell which layers can be compressed. */
interface Guide {
  /** Named so that a layer with a small value is promised a small loss. */
  name: string;
  value(spectrum: Spectrum, trial: Trial): number;
}

const fullRank = ({ singularValues }: Spectrum) => singularValues.length;

/** The guides compared. The first is the report's; it promises that a small condition number compresses well. */
export const guides: readonly Guide[] = [
  { name: "condition number", value: conditionNumber },
  { name: "stable rank / r", value: (spectrum) => stableRank(spectrum) / fullRank(spectrum) },
  { name: "effective rank / r", value: (spectrum) => effectiveRank(spectrum) / fullRank(spectrum) },
  { name: "k95 / r", value: (spectrum) => rankForVariance(spectrum, varianceThreshold) / fullRank(spectrum) },
  { name: "energy lost", value: (_spectrum, { energyKept }) => 1 - energyKept },
  { name: "response energy lost", value: (_spectrum, { responseEnergyKept }) => 1 - responseEnergyKept },
];

/** Points of top-1 that the compression costs. */
export function pointsLost(base: Accuracy, { accuracy }: Trial): number {
  return 100 * (base.share - accuracy.share);
}

const outcomes: Record<Outcome, (base: Accuracy, trial: Trial) => number> = {
  "top-1 loss": pointsLost,
  "output error": (_base, trial) => trial.outputError,
};

/**
 * How well each guide ranks the layers: Spearman's ρ between its values and what the compression cost, +1 for a guide that
 * ranks them perfectly, with a 95 % bootstrap interval over the layers.
 */
export function scoreGuides(layers: readonly CompressedLayer[], base: Accuracy): GuideScore[] {
  return layers[0].trials.flatMap(({ share }, i) =>
    (Object.keys(outcomes) as Outcome[]).flatMap((outcome) =>
      guides.map(({ name, value }) => {
        const pairs = layers.map(({ spectrum, trials }) => ({
          promised: value(spectrum, trials[i]),
          cost: outcomes[outcome](base, trials[i]),
        }));
        return { guide: name, share, outcome, layers: layers.length, ...rankCorrelation(pairs) };
      }),
    ),
  );
}

interface Pair {
  promised: number;
  cost: number;
}

function rankCorrelation(pairs: readonly Pair[]): { rho: number; low: number; high: number } {
  const rhoOf = (chosen: readonly Pair[]) => {
    const promised = chosen.map((pair) => pair.promised);
    const { rho } = spearman(
      promised,
      chosen.map((pair) => pair.cost),
    );
    // Where all are equal there is no ranking to agree with.
    return Number.isNaN(rho) ? 0 : rho;
  };
  const indices = pairs.map((_, i) => i);
  const interval = bootstrapInterval(indices, (drawn) => rhoOf(Array.from(drawn, (i) => pairs[i])), 0);
  return { rho: rhoOf(pairs), ...interval };
}
