import type { Timing } from "../timing";
import { accuracyClaim, type HeadName, type HeadsEvidence, headNames } from "./chapter3";
import type { ClaimRule } from "./claims";
import { type FailedRecoveryEvidence, recoveryClaims } from "./recovery";

/** What the report itself measured: accuracies after recovery over the seeds, and interleaved timings. */
export interface SpeedEvidence {
  accuracies: HeadsEvidence["accuracies"];
  timings: Record<HeadName, Timing>;
}

/** All that chapter 4 settles its claims on. */
export type Chapter4Evidence = SpeedEvidence & FailedRecoveryEvidence;

const reportedAccuracy: Record<HeadName, number> = { base: 50.78, keep50: 8.01, keep20: 9.57 };
const reportedMs: Record<HeadName, number> = { base: 1830.28, keep50: 1854.57, keep20: 1821.8 };

/** Two mean times agree, and two latencies are the same, within these shares. */
const sameMachine = 0.1;
const unchanged = 0.05;

function msClaim(head: HeadName): ClaimRule<SpeedEvidence> {
  return {
    id: `4.ms.${head}`,
    chapter: 4,
    claim: `CPU ms a batch of 64, ${head}`,
    reported: reportedMs[head],
    rule: "reproduced if the mean lies within 10 % of the report's, else not comparable: its CPU is unknown",
    mustHold: false,
    timed: true,
    judge: ({ timings }) => {
      const { mean } = timings[head];
      const ratio = reportedMs[head] / mean;
      const same = Math.abs(mean / reportedMs[head] - 1) <= sameMachine;
      const note = `mean of ${timings[head].runs.length} runs; the report's time is ${ratio.toFixed(2)} × this one`;
      return { computed: `${mean.toFixed(1)} ms`, verdict: same ? "reproduced" : "not comparable", note };
    },
  };
}

const latencyClaim: ClaimRule<SpeedEvidence> = {
  id: "4.latency-unchanged",
  chapter: 4,
  claim: "compressing fc alone does not change the latency",
  reported: "1.013 × and 0.995 ×",
  rule: "on any machine: reproduced if the interleaved medians of both compressed networks lie within 5 % of the base's, else refuted",
  mustHold: false,
  timed: true,
  judge: ({ timings }) => {
    const ratios = (["keep50", "keep20"] as const).map((head) => timings[head].median / timings.base.median);
    const computed = ratios.map((ratio) => `${ratio.toFixed(3)} ×`).join(" and ");
    const same = ratios.every((ratio) => Math.abs(ratio - 1) <= unchanged);
    return { computed, verdict: same ? "reproduced" : "refuted", note: "ratios of medians, models timed in turn" };
  },
};

/** The claims of the report's chapter 4. */
export const chapter4Claims: ClaimRule<Chapter4Evidence>[] = [
  ...headNames.map((head) => accuracyClaim(4, head, reportedAccuracy[head])),
  ...headNames.map(msClaim),
  latencyClaim,
  ...recoveryClaims,
];
