import { accuracyClaim, type ScoredHeads } from "./accuracyClaim";
import { type ClaimRule, notComputed } from "./claims";
import { atEveryKeep, type NamedHead, reportedHeads } from "./heads";
import { type Durations, latencyClaim, msClaim } from "./latency";

/** A printed accuracy in per cent, read as the only count of images classified correctly that rounds to it, if there is one. */
export interface PrintedReading {
  printed: number;
  correct?: number;
  total: number;
  /** Classes of exactly that many images. */
  classes: readonly string[];
}

/**
 * Mean top-1 in per cent over the seeds: of the uncompressed head as the report leaves it, after its ten batches; of the
 * cut one without training; and of the cut one after short training at a stable rate.
 */
export type RecoveryMeans = Record<"base" | "cut" | "shortTraining", number>;

/** What chapter 4 measures: its networks after recovery, the printed accuracies read as counts, and means of ways to recover. */
export interface RecoveryEvidence {
  models: readonly (ScoredHeads & { timing: Durations })[];
  printed: readonly PrintedReading[];
  recovery: readonly (RecoveryMeans & { keep: number })[];
}

/** Share of the lost accuracy from which it counts as recovered, and up to which as not recovered. */
const recovered = 0.5;
const notRecovered = 0.1;

function collapseClaim({ name, after }: NamedHead): ClaimRule<RecoveryEvidence> {
  return {
    id: `4.collapse.${name}`,
    rule: "on any assets, from the labels of the first 512 official test images: refuted if the printed accuracy is exactly the share of one single class, as of a constant answer; not comparable if no count of 512 rounds to it; else differs",
    judge: ({ printed }) => {
      const reading = printed.find((each) => each.printed === after);
      if (!reading) return notComputed;
      const { correct, total, classes } = reading;
      if (correct === undefined) return { computed: "no count", verdict: "not comparable" };
      const share = `${correct}/${total}`;
      if (classes.length !== 1)
        return { computed: share, verdict: "differs", note: "not the share of exactly one class" };
      const note =
        "what a head that answers this one class for every image scores; see the forensics for how likely a coincidence is";
      return { computed: `${share} = all of ${classes[0]}`, verdict: "refuted", note };
    },
  };
}

/** Share of the accuracy lost by the cut that short training wins back; 1 if nothing was lost. */
export function recoveredShare({ base, cut, shortTraining }: RecoveryMeans): number {
  return base > cut ? (shortTraining - cut) / (base - cut) : 1;
}

const cutHeads = reportedHeads.filter(({ keep }) => keep < 1);

const impossibleClaim: ClaimRule<RecoveryEvidence> = {
  id: "4.recovery-impossible",
  rule: "on any assets, mean of 40 seeds on all test images, the loss counted from the uncompressed head after its 10 batches, as the report's is: refuted if 3 epochs at the best stable lr win back at least half of what the cut lost at either rank, reproduced if less than a tenth at both, else differs",
  judge: ({ recovery }) => {
    const means = atEveryKeep(recovery, cutHeads);
    if (!means) return notComputed;
    const shares = means.map(recoveredShare);
    const text = ({ cut, shortTraining, base }: RecoveryMeans, i: number) =>
      `k = ${cutHeads[i].rank}: ${cut.toFixed(2)} → ${shortTraining.toFixed(2)} of ${base.toFixed(2)} %`;
    const computed = means.map(text).join("; ");
    const note = `${shares.map((share) => `${Math.round(100 * share)} %`).join(" and ")} of the loss won back; the uncompressed head got no further training, as in the report: table 4-6 shows what it gains`;
    if (shares.some((share) => share >= recovered)) return { computed, verdict: "refuted", note };
    return { computed, verdict: shares.every((share) => share < notRecovered) ? "reproduced" : "differs", note };
  },
};

/** The claims of the report's chapter 4. */
export const chapter4Claims: ClaimRule<RecoveryEvidence>[] = [
  ...reportedHeads.map((head) => accuracyClaim(`4.acc.${head.name}`, head, head.after)),
  ...reportedHeads.map(msClaim),
  latencyClaim,
  ...cutHeads.map(collapseClaim),
  impossibleClaim,
];
