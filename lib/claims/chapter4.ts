import { accuracyClaim, type ScoredHeads } from "./accuracyClaim";
import type { ClaimRule } from "./claims";
import { reportedHeads } from "./heads";
import { type Durations, latencyClaim, msClaim } from "./latency";
import { type FailedRecoveryEvidence, recoveryClaims } from "./recovery";

/** What chapter 4 measures: its networks after recovery, the printed accuracies read as counts, and means of ways to recover. */
export interface RecoveryEvidence extends FailedRecoveryEvidence {
  models: readonly (ScoredHeads & { timing: Durations })[];
}

/** The claims of the report's chapter 4. */
export const chapter4Claims: ClaimRule<RecoveryEvidence>[] = [
  ...reportedHeads.map((head) => accuracyClaim(`4.acc.${head.name}`, head, head.after)),
  ...reportedHeads.map(msClaim),
  latencyClaim,
  ...recoveryClaims,
];
