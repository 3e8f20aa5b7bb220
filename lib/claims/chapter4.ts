import type { Timing } from "../engines/time";
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

/**
 * Interquartile range over median of the runs above which a machine was too busy to tell: the median of 50 runs is then
 * uncertain by 2.6 % (standard error 0.93 IQR / √n for normal noise), half of the difference that is looked for.
 */
export const restless = 0.2;

/** What the timings say of the compressed networks' latency. */
export interface LatencyChange {
  /** Median over the base's median, k = 5 and k = 2. */
  ratios: number[];
  /** The largest interquartile range over median of the three networks. */
  scatter: number;
  /** Whether the machine was quiet enough to tell, and if so whether both ratios lie within 5 %. */
  verdict: "same" | "changed" | "too busy";
}

/** Judges the latency: neither an agreement nor a difference within the scatter of the runs proves anything. */
export function latencyChange(timings: Record<HeadName, Timing>): LatencyChange {
  const ratios = [timings.keep50, timings.keep20].map(({ median }) => median / timings.base.median);
  const scatter = Math.max(...headNames.map((head) => timings[head].spread / timings[head].median));
  const same = ratios.every((ratio) => Math.abs(ratio - 1) <= unchanged);
  return { ratios, scatter, verdict: scatter > restless ? "too busy" : same ? "same" : "changed" };
}

const latencyClaim: ClaimRule<SpeedEvidence> = {
  id: "4.latency-unchanged",
  chapter: 4,
  claim: "compressing fc alone does not change the latency",
  reported: "1.013 × and 0.995 ×",
  rule: `on any machine: not comparable if the runs of one of the three networks scatter by more than ${100 * restless} % (interquartile range over median), which tells nothing; else reproduced if the interleaved medians of both compressed networks lie within ${100 * unchanged} % of the base's, else refuted`,
  mustHold: false,
  timed: true,
  judge: ({ timings }) => {
    const { ratios, scatter, verdict } = latencyChange(timings);
    const computed = ratios.map((ratio) => `${ratio.toFixed(3)} ×`).join(" and ");
    const note = `ratios of medians, models timed in turn; the runs scatter by up to ${(100 * scatter).toFixed(0)} %`;
    if (verdict === "too busy")
      return { computed, verdict: "not comparable", note: `the machine was too busy; ${note}` };
    return { computed, verdict: verdict === "same" ? "reproduced" : "refuted", note };
  },
};

/** The claims of the report's chapter 4. */
export const chapter4Claims: ClaimRule<Chapter4Evidence>[] = [
  ...headNames.map((head) => accuracyClaim(4, head, reportedAccuracy[head])),
  ...headNames.map(msClaim),
  latencyClaim,
  ...recoveryClaims,
];
