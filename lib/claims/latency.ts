import { type ClaimRule, notComputed } from "./claims";
import { atEveryKeep, atKeep, type NamedHead } from "./heads";

/** Durations of repeated runs of one batch, in milliseconds. */
export interface Durations {
  runs: readonly number[];
  mean: number;
  median: number;
  /** Interquartile range. */
  spread: number;
}

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

/** What the timings say of the compressed networks' latency. */
export interface LatencyChange {
  /** Median over the base's median, of each compressed network. */
  ratios: number[];
  /** The largest interquartile range over median of all networks. */
  scatter: number;
  /** Whether the machine was quiet enough to tell, and if so whether all ratios lie within 5 %. */
  verdict: "same" | "changed" | "too busy";
}

/** Judges the latency: neither an agreement nor a difference within the scatter of the runs proves anything. */
export function latencyChange(base: Durations, compressed: readonly Durations[]): LatencyChange {
  const ratios = compressed.map(({ median }) => median / base.median);
  const scatter = Math.max(...[base, ...compressed].map(({ spread, median }) => spread / median));
  const same = ratios.every((ratio) => Math.abs(ratio - 1) <= unchanged);
  return { ratios, scatter, verdict: scatter > restless ? "too busy" : same ? "same" : "changed" };
}

export const latencyClaim: ClaimRule<LatencyEvidence> = {
  id: "4.latency-unchanged",
  rule: `on any machine: not comparable if the runs of one of the three networks scatter by more than ${100 * restless} % (interquartile range over median), which tells nothing; else reproduced if the interleaved medians of both compressed networks lie within ${100 * unchanged} % of the base's, else refuted`,
  timed: true,
  judge: ({ models }) => {
    const found = atEveryKeep(models);
    if (!found) return notComputed;
    const [base, ...compressed] = found.map(({ timing }) => timing);
    const { ratios, scatter, verdict } = latencyChange(base, compressed);
    const computed = ratios.map((ratio) => `${ratio.toFixed(3)} ×`).join(" and ");
    const note = `ratios of medians, models timed in turn; the runs scatter by up to ${(100 * scatter).toFixed(0)} %`;
    if (verdict === "too busy")
      return { computed, verdict: "not comparable", note: `the machine was too busy; ${note}` };
    return { computed, verdict: verdict === "same" ? "reproduced" : "refuted", note };
  },
};
