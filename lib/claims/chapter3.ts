import { mean } from "../statistics/summary";
import { accuracyClaim, percents, type ScoredHeads } from "./accuracyClaim";
import { type ClaimRule, notComputed } from "./claims";
import { atEveryKeep, atKeep, type NamedHead, reportedHeads } from "./heads";

/** The networks of chapter 3, one for each keep ratio, 1 for the uncompressed. */
export interface HeadsEvidence {
  models: readonly (ScoredHeads & {
    /** Of the whole network. */
    parameters: number;
  })[];
}

function parametersClaim({ name, keep, parameters }: NamedHead): ClaimRule<HeadsEvidence> {
  return {
    id: `3.params.${name}`,
    rule: "reproduced if equal; else differs, or not comparable on custom weights, which may be another network's",
    mustHold: true,
    judge: ({ models }, { weights }) => {
      const model = atKeep(models, keep);
      if (!model) return notComputed;
      if (model.parameters === parameters) return { computed: parameters, verdict: "reproduced" };
      return { computed: model.parameters, verdict: weights === "custom" ? "not comparable" : "differs" };
    },
  };
}

const fallsClaim: ClaimRule<HeadsEvidence> = {
  id: "3.acc-falls-with-rank",
  rule: "on any assets: reproduced if base ≥ k = 5 ≥ k = 2 in 95 % of the seeds and their means fall strictly, refuted if the means do not fall, else differs",
  judge: ({ models }) => {
    const samples = atEveryKeep(models)?.map(({ accuracies }) => percents(accuracies));
    if (!samples) return notComputed;
    const means = samples.map(mean);
    const falls = (values: number[], below: (a: number, b: number) => boolean) =>
      values.every((value, i) => i === 0 || below(value, values[i - 1]));
    const seeds = samples[0].map((_, seed) => samples.map((sample) => sample[seed]));
    const ordered = seeds.filter((values) => falls(values, (a, b) => a <= b)).length;
    const computed = `${means.map((value) => value.toFixed(2)).join(", ")} %`;
    const note = `means over ${seeds.length} seeds; in this order in ${ordered} of them`;
    if (!falls(means, (a, b) => a < b)) return { computed, verdict: "refuted", note };
    return { computed, verdict: ordered >= 0.95 * seeds.length ? "reproduced" : "differs", note };
  },
};

/** The claims of the report's chapter 3. */
export const chapter3Claims: ClaimRule<HeadsEvidence>[] = [
  ...reportedHeads.map(parametersClaim),
  ...reportedHeads.map((head) => accuracyClaim(`3.acc.${head.name}`, head, head.before)),
  fallsClaim,
];
