import { busyShare } from "../core/busyness";
import { type ClaimRule, notComputed } from "./claims";
import { atEveryKeep, atKeep, type NamedHead } from "./heads";

/** Milliseconds of repeated runs of a batch, their interquartile range as `spread`, and the share of the cores that others took. */
export type Durations = Record<"mean" | "median" | "spread" | "busy", number> & { runs: readonly number[] };

/** The networks at their keep ratios, timed in turn; 1 for the uncompressed. */
export interface LatencyEvidence {
  models: readonly { keep: number; timing: Durations }[];
}

/** Two mean times agree, and two latencies are the same, within these shares. */
const sameMachine = 0.1;
const unchanged = 0.05;

/** A rule for one reported mean time. */
export function msClaim({ name, keep, ms }: NamedHead): ClaimRule<LatencyEvidence> {
  return {
    id: `4.ms.${name}`,
    rule: "reproduced if the mean lies within 10 % of the report's, else not comparable: its CPU is unknown",
    timed: true,
    judge: ({ models }) => {
      const timing = atKeep(models, keep)?.timing;
      if (!timing) return notComputed;
      const same = Math.abs(timing.mean / ms - 1) <= sameMachine;
      const note = `mean of ${timing.runs.length} runs; the report's time is ${(ms / timing.mean).toFixed(2)} × this one`;
      return { computed: `${timing.mean.toFixed(1)} ms`, verdict: same ? "reproduced" : "not comparable", note };
    },
  };
}

/**
 * Interquartile range over median of the runs above which a machine was too busy to tell: the median of 50 runs is then
 * uncertain by 2.6 % (standard error 0.93 IQR / √n for normal noise), half of the difference that is looked for.
 */
export const restless = 0.2;

/** Neither an agreement nor a difference within the scatter of the runs proves anything. */
export const latencyClaim: ClaimRule<LatencyEvidence> = {
  id: "4.latency-unchanged",
  rule: `on any machine: not comparable if other programs took more than ${100 * busyShare} % of the cores or the runs of one of the three networks scatter by more than ${100 * restless} % (interquartile range over median), which tells nothing; else reproduced if the interleaved medians of both compressed networks lie within ${100 * unchanged} % of the base's, else refuted`,
  timed: true,
  judge: ({ models }) => {
    const found = atEveryKeep(models);
    if (!found) return notComputed;
    const timings = found.map(({ timing }) => timing);
    const ratios = timings.slice(1).map(({ median }) => median / timings[0].median);
    const scatter = Math.max(...timings.map(({ spread, median }) => spread / median));
    const computed = ratios.map((ratio) => `${ratio.toFixed(3)} ×`).join(" and ");
    const busy = Math.max(...timings.map((timing) => timing.busy));
    const note = `ratios of medians, models timed in turn; others took ${(100 * busy).toFixed(0)} % of the cores, the runs scatter by up to ${(100 * scatter).toFixed(0)} %`;
    if (scatter > restless || busy > busyShare)
      return { computed, verdict: "not comparable", note: `the machine was too busy; ${note}` };
    const same = ratios.every((ratio) => Math.abs(ratio - 1) <= unchanged);
    return { computed, verdict: same ? "reproduced" : "refuted", note };
  },
};
