import type { ClaimRule } from "./claims";

/** A printed accuracy read as a count of right answers: `readPrintedAccuracy` of lib/chapters/forensics.ts. */
export interface CollapseReading {
  printed: number;
  correct?: number;
  total: number;
  classes: string[];
}

/**
 * Mean top-1 in per cent over the seeds: of the uncompressed head as the report leaves it, after its ten batches; of the
 * cut one without training; and of the cut one after short training at a stable rate.
 */
export interface RecoveryMeans {
  base: number;
  cut: number;
  shortTraining: number;
}

/** What the claims about the failed recovery are settled on. */
export interface FailedRecoveryEvidence {
  collapse: Record<"keep50" | "keep20", CollapseReading>;
  recovery: Record<"keep50" | "keep20", RecoveryMeans>;
}

/** Share of the lost accuracy from which it counts as recovered, and up to which as not recovered. */
const recovered = 0.5;
const notRecovered = 0.1;

function collapseClaim(head: "keep50" | "keep20"): ClaimRule<FailedRecoveryEvidence> {
  const printed = { keep50: "8.01 %", keep20: "9.57 %" }[head];
  return {
    id: `4.collapse.${head}`,
    chapter: 4,
    claim: `${printed} is the accuracy of a recovered head (${head})`,
    reported: printed,
    rule: "on any assets, from the labels of the first 512 official test images: refuted if the printed accuracy is exactly the share of one single class, as of a constant answer; not comparable if no count of 512 rounds to it; else differs",
    mustHold: false,
    judge: ({ collapse }) => {
      const { correct, total, classes } = collapse[head];
      if (correct === undefined) return { computed: "no count", verdict: "not comparable" };
      if (classes.length === 1)
        return {
          computed: `${correct}/${total} = all of ${classes[0]}`,
          verdict: "refuted",
          note: "what a head that answers this one class for every image scores; see the forensics for how likely a coincidence is",
        };
      return { computed: `${correct}/${total}`, verdict: "differs", note: "not the share of exactly one class" };
    },
  };
}

/** Share of the accuracy lost by the cut that short training wins back; 1 if nothing was lost. */
export function recoveredShare({ base, cut, shortTraining }: RecoveryMeans): number {
  return base > cut ? (shortTraining - cut) / (base - cut) : 1;
}

const impossibleClaim: ClaimRule<FailedRecoveryEvidence> = {
  id: "4.recovery-impossible",
  chapter: 4,
  claim: "short fine-tuning cannot recover the accuracy, because the removed information was vital",
  reported: "8.01 and 9.57 % after 3 epochs",
  rule: "on any assets, mean of 40 seeds on all test images, the loss counted from the uncompressed head after its 10 batches, as the report's is: refuted if 3 epochs at the best stable lr win back at least half of what the cut lost at either rank, reproduced if less than a tenth at both, else differs",
  mustHold: false,
  judge: ({ recovery }) => {
    const shares = [recovery.keep50, recovery.keep20].map(recoveredShare);
    const [k5, k2] = [recovery.keep50, recovery.keep20].map(
      ({ cut, shortTraining, base }) => `${cut.toFixed(2)} → ${shortTraining.toFixed(2)} of ${base.toFixed(2)} %`,
    );
    const computed = `k = 5: ${k5}; k = 2: ${k2}`;
    const note = `${shares.map((share) => `${Math.round(100 * share)} %`).join(" and ")} of the loss won back; the uncompressed head got no further training, as in the report: table 4-6 shows what it gains`;
    if (shares.some((share) => share >= recovered)) return { computed, verdict: "refuted", note };
    return { computed, verdict: shares.every((share) => share < notRecovered) ? "reproduced" : "differs", note };
  },
};

/** The claims about the recovery that failed. */
export const recoveryClaims: ClaimRule<FailedRecoveryEvidence>[] = [
  collapseClaim("keep50"),
  collapseClaim("keep20"),
  impossibleClaim,
];
