import { quantile } from "../statistics/summary";
import { type ClaimContext, type ClaimRule, type Judgement, notComputed } from "./claims";
import { atKeep, type NamedHead } from "./heads";

/** A head at a keep ratio over the seeds. */
export interface ScoredHeads {
  keep: number;
  /** Share of the test images classified correctly, 0 to 1, of every seed's head. */
  accuracies: readonly { share: number }[];
}

/** Accuracies in per cent. */
export const percents = (accuracies: ScoredHeads["accuracies"]) => accuracies.map(({ share }) => 100 * share);

/** Places the report's accuracy, in per cent, in the distribution over the seeds: it fixed none, so one run proves little. */
export function placeAccuracy(
  reported: number,
  accuracies: ScoredHeads["accuracies"],
  { weights, images }: ClaimContext,
): Judgement {
  const sample = percents(accuracies);
  const [low, middle, high] = [0.025, 0.5, 0.975].map((q) => quantile(sample, q));
  const computed = `${middle.toFixed(2)} % (${low.toFixed(2)} to ${high.toFixed(2)})`;
  const below = sample.filter((value) => value <= reported).length;
  const note = `median and central 95 % of ${sample.length} seeds; ${below} of them at or below the report's figure`;
  if (weights !== "official" || images !== "official") return { computed, verdict: "not comparable", note };
  return { computed, verdict: reported >= low && reported <= high ? "reproduced" : "differs", note };
}

/** A rule for one reported accuracy in per cent. */
export function accuracyClaim(
  id: string,
  { keep }: NamedHead,
  reported: number,
): ClaimRule<{ models: readonly ScoredHeads[] }> {
  return {
    id,
    rule: "comparable on official weights and images; then reproduced if the report's figure lies in the central 95 % of the seeds, else differs",
    judge: ({ models }, context) => {
      const model = atKeep(models, keep);
      return model ? placeAccuracy(reported, model.accuracies, context) : notComputed;
    },
  };
}
