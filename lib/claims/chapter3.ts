import { quantile } from "../statistics/summary";
import type { Accuracy } from "../training/evaluate";
import type { ClaimContext, ClaimRule, Judgement } from "./claims";

/** The three heads of the report: uncompressed, k = 5, k = 2. */
export type HeadName = "base" | "keep50" | "keep20";
export const headNames: HeadName[] = ["base", "keep50", "keep20"];

/** Parameters of the whole network and accuracies over the seeds, a head. */
export interface HeadsEvidence {
  parameters: Record<HeadName, number>;
  accuracies: Record<HeadName, Accuracy[]>;
}

const labels: Record<HeadName, string> = { base: "base", keep50: "keep 0.5 (k = 5)", keep20: "keep 0.2 (k = 2)" };
const reportedParameters: Record<HeadName, number> = { base: 11181642, keep50: 11179132, keep20: 11177566 };
const reportedAccuracy: Record<HeadName, number> = { base: 50.78, keep50: 36.72, keep20: 17.58 };

const percents = (accuracies: Accuracy[]) => accuracies.map(({ share }) => 100 * share);

/**
 * Places the report's accuracy in the distribution over the seeds: the report fixed no seed, so one run proves little.
 * @param reported accuracy in per cent.
 */
export function placeAccuracy(reported: number, accuracies: Accuracy[], { weights, images }: ClaimContext): Judgement {
  const sample = percents(accuracies);
  const [low, middle, high] = [0.025, 0.5, 0.975].map((q) => quantile(sample, q));
  const computed = `${middle.toFixed(2)} % (${low.toFixed(2)} to ${high.toFixed(2)})`;
  const below = sample.filter((value) => value <= reported).length;
  const note = `median and central 95 % of ${sample.length} seeds; ${below} of them at or below the report's figure`;
  if (weights !== "official" || images !== "official") return { computed, verdict: "not comparable", note };
  return { computed, verdict: reported >= low && reported <= high ? "reproduced" : "differs", note };
}

/** The rule behind every accuracy of chapters 3 and 4, in words. */
export const accuracyRule =
  "comparable on official weights and images; then reproduced if the report's figure lies in the central 95 % of the seeds, else differs";

/** A rule for one reported accuracy in per cent. */
export function accuracyClaim(
  chapter: 3 | 4,
  head: HeadName,
  reported: number,
): ClaimRule<Pick<HeadsEvidence, "accuracies">> {
  const recovered = head === "base" ? " after its 10 batches" : " after 3 epochs of recovery";
  const when = chapter === 3 ? "" : recovered;
  return {
    id: `${chapter}.acc.${head}`,
    chapter,
    claim: `top-1 of ${labels[head]}${when}`,
    reported: `${reported.toFixed(2)} %`,
    rule: accuracyRule,
    mustHold: false,
    judge: (evidence, context) => placeAccuracy(reported, evidence.accuracies[head], context),
  };
}

function parametersClaim(head: HeadName): ClaimRule<HeadsEvidence> {
  return {
    id: `3.params.${head}`,
    chapter: 3,
    claim: `parameters of ${labels[head]}`,
    reported: reportedParameters[head],
    rule: "reproduced if equal, else differs",
    mustHold: true,
    judge: ({ parameters }) => ({
      computed: parameters[head],
      verdict: parameters[head] === reportedParameters[head] ? "reproduced" : "differs",
    }),
  };
}

const fallsClaim: ClaimRule<HeadsEvidence> = {
  id: "3.acc-falls-with-rank",
  chapter: 3,
  claim: "accuracy falls as the rank falls",
  reported: "50.78 > 36.72 > 17.58 %",
  rule: "on any assets: reproduced if base ≥ k = 5 ≥ k = 2 in 95 % of the seeds and their means fall strictly, refuted if the means do not fall, else differs",
  mustHold: false,
  judge: ({ accuracies }) => {
    const [base, keep50, keep20] = headNames.map((head) => percents(accuracies[head]));
    const means = [base, keep50, keep20].map((sample) => sample.reduce((sum, value) => sum + value, 0) / sample.length);
    const ordered = base.filter((value, i) => value >= keep50[i] && keep50[i] >= keep20[i]).length;
    const computed = `${means.map((mean) => mean.toFixed(2)).join(", ")} %`;
    const note = `means over ${base.length} seeds; in this order in ${ordered} of them`;
    if (!(means[0] > means[1] && means[1] > means[2])) return { computed, verdict: "refuted", note };
    return { computed, verdict: ordered >= 0.95 * base.length ? "reproduced" : "differs", note };
  },
};

/** The claims of the report's chapter 3. */
export const chapter3Claims: ClaimRule<HeadsEvidence>[] = [
  ...headNames.map(parametersClaim),
  ...headNames.map((head) => accuracyClaim(3, head, reportedAccuracy[head])),
  fallsClaim,
];
