import { conditionGuide, bestGuide, type GuideScore, type TwoQuestionsEvidence } from "../claims/chapter5";
import type { SettledClaim } from "../claims/claims";
import { settleClaims } from "../claims/settle";
import type { LayerPoint } from "../display/sensitivity";
import { conditionNumber, effectiveRank, rankForVariance, stableRank } from "../linalg/spectrum";
import { varianceThreshold } from "./chapter2";
import type { Accuracy } from "../training/evaluate";
import { accuracyText } from "./chapter3";
import type { Chapter } from "./open";
import type { CompressedLayer } from "./sensitivity";
import { pointsLost } from "./sensitivityGuides";
import { type GoodHead, goodTraining } from "./sensitivityHead";

/** The head that every compressed network keeps, in one sentence. */
export function headFinding({ accuracy }: GoodHead): string {
  const { seed, epochs, learningRate } = goodTraining;
  return `The head trained with seed ${seed} for ${epochs} epochs at learning rate ${learningRate} reaches ${accuracyText(accuracy)}: losses below are counted from there.`;
}

/** Rows of table 5-5: what is known of each layer's weights. */
export function layerSpectraRows(layers: readonly CompressedLayer[]) {
  return layers.map(({ layer, spectrum }) => {
    const r = spectrum.singularValues.length;
    return {
      layer,
      matrix: `${spectrum.rows} × ${spectrum.columns}`,
      "σ₁ / σᵣ": Number(conditionNumber(spectrum).toPrecision(4)),
      "stable rank / r": (stableRank(spectrum) / r).toFixed(3),
      "effective rank / r": (effectiveRank(spectrum) / r).toFixed(3),
      "k95 / r": (rankForVariance(spectrum, varianceThreshold) / r).toFixed(3),
    };
  });
}

/** Rows of table 5-6: what compressing each layer alone costs, at every share. */
export function compressionRows(layers: readonly CompressedLayer[], base: Accuracy) {
  return layers.map(({ layer, trials }) => ({
    layer,
    ...Object.fromEntries(
      trials.flatMap((trial) =>
        Object.entries({
          rank: trial.rank,
          "energy kept %": (100 * trial.energyKept).toFixed(1),
          "response kept %": (100 * trial.responseEnergyKept).toFixed(1),
          "points lost": pointsLost(base, trial).toFixed(2),
          "output error": trial.outputError.toFixed(3),
        }).map(([name, value]) => [`${name}, share ${trial.share}`, value]),
      ),
    ),
  }));
}

/** Rows of table 5-7: Spearman's ρ of each guide. */
export function guideRows(scores: readonly GuideScore[]) {
  return [...new Set(scores.map(({ guide }) => guide))].map((guide) => ({
    guide,
    ...Object.fromEntries(
      scores
        .filter((score) => score.guide === guide)
        .map(({ share, outcome, rho, low, high }) => [
          `${outcome}, share ${share}`,
          `${rho.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
        ]),
    ),
  }));
}

/** The points of figure 5-4. */
export function layerPoints(layers: readonly CompressedLayer[], base: Accuracy): LayerPoint[] {
  return layers.flatMap(({ layer, spectrum, trials }) =>
    trials.map((trial) => ({
      layer,
      share: trial.share,
      conditionNumber: conditionNumber(spectrum),
      pointsLost: pointsLost(base, trial),
    })),
  );
}

function whatConditionTells({ low, high }: GuideScore): string {
  if (low > 0) return "a small condition number goes with a small loss, as the report says";
  if (high < 0) return "a small condition number goes with a **large** loss, the opposite of the report's advice";
  return "the condition number does not tell which layers compress well";
}

/** Whether the report's guide or another one finds the layers that compress well, from the results. */
export function guideFinding(scores: readonly GuideScore[]): string {
  const own = scores.filter(({ guide, outcome }) => guide === conditionGuide && outcome === "top-1 loss");
  const texts = own.map(
    ({ share, rho, low, high }) => `${rho.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) at share ${share}`,
  );
  const best = bestGuide(scores);
  const answers = own.map((score) => ({ share: score.share, text: whatConditionTells(score) }));
  const alike = answers.every(({ text }) => text === answers[0].text);
  const answer = alike
    ? `on these weights ${answers[0].text}`
    : answers.map(({ share, text }) => `at share ${share} ${text}`).join(", ");
  const better =
    best.guide === conditionGuide
      ? "No other guide compared ranks the layers better"
      : `The ${best.guide} ranks them best, with a mean ρ of ${best.rho.toFixed(2)}`;
  return `Spearman's ρ between condition number and loss of top-1 is ${texts.join(" and ")}: ${answer}. ${better}.`;
}

/** Chapter 2 asks whether fc or layer2.0.conv1 compresses better; here is what each costs, the head of ten classes for fc. */
export function fcOrMiddle(layers: readonly CompressedLayer[], base: Accuracy): string {
  const [middle, final] = ["layer2.0.conv1", "fc"].map(
    (name) => layers.find(({ layer }) => layer === name)?.trials ?? [],
  );
  const sentences = final.map((trial, i) => {
    const [fc, conv] = [trial, middle[i]].map((each) => pointsLost(base, each));
    const better =
      fc < conv ? "fc is the better candidate" : fc > conv ? "fc is the worse candidate" : "both cost the same";
    return `at share ${trial.share} the head costs ${fc.toFixed(2)} points and layer2.0.conv1 ${conv.toFixed(2)}: ${better}`;
  });
  return `Chapter 2 left open which of its two layers compresses better without training. Measured, ${sentences.join("; ")}.`;
}

/** What the reader notes about the weights in use: which of their tensors are not the official ones (`--note`). */
export function assetNote(note?: string): string {
  return note
    ? `A note on the weights in use: ${note}`
    : "No note on the weights in use was given (`npm start -- --note TEXT`).";
}

/** Settles the claims of chapter 5 and writes them for the conclusion. */
export function settleChapter5(chapter: Chapter, evidence: TwoQuestionsEvidence): Promise<SettledClaim[]> {
  return settleClaims({ ...chapter, number: 5 }, { ...evidence, note: chapter.note });
}
