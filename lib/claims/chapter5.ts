import { busyShare } from "../core/busyness";
import { mean } from "../statistics/summary";
import { type ClaimRule, notComputed } from "./claims";
import { restless } from "./latency";

/** Latency against depth in one setting. */
export interface DepthLine {
  engine: string;
  batch: number;
  /** The straight line through the medians; slope in ms a layer. */
  fit: { slope: number; r2: number };
  /** How much the runs differ: interquartile range over median, the median of the depths. */
  scatter: number;
  /** Share of the cores that other programs took meanwhile, 0 to 1. */
  busy: number;
}

/** What a layer's compression costs: points of top-1, or relative error of the logits. */
export type Outcome = "top-1 loss" | "output error";

/** How a guide's ranking of so many layers agrees with what their compression costs at one share of their parameters. */
export interface GuideScore {
  guide: string;
  share: number;
  outcome: Outcome;
  layers: number;
  /** Spearman's, with its 95 % interval; positive if small values go with small costs. */
  rho: number;
  low: number;
  high: number;
}

/** What chapter 5 measures. */
export interface TwoQuestionsEvidence {
  depth: readonly DepthLine[];
  guides: readonly GuideScore[];
  /** The reader's note on the weights: which of them are not the official ones. */
  note?: string;
}

/** Smallest R² of a straight line, and the R² below which there is none. */
const straight = 0.98;
const bent = 0.9;

const latencyClaim: ClaimRule<TwoQuestionsEvidence> = {
  id: "5.latency-linear-in-depth",
  rule: `on any machine: reproduced if in every setting the line rises and R² ≥ ${straight}; of the settings that fail, those during which other programs took more than ${100 * busyShare} % of the cores or whose runs scatter by more than ${100 * restless} % (interquartile range over median, half of the depths) tell nothing: not comparable if only such fail; else refuted if one falls or has R² < ${bent}, else differs`,
  timed: true,
  judge: ({ depth }) => {
    if (depth.length === 0) return notComputed;
    const r2 = depth.map(({ fit }) => fit.r2);
    const computed = `R² ${Math.min(...r2).toFixed(4)} to ${Math.max(...r2).toFixed(4)}`;
    const least = depth.reduce((worst, each) => (each.fit.r2 < worst.fit.r2 ? each : worst));
    const note = `${depth.length} settings; the least straight: ${least.engine}, batch ${least.batch}, whose runs scatter by ${(100 * least.scatter).toFixed(0)} %`;
    const failing = depth.filter(({ fit }) => !(fit.slope > 0 && fit.r2 >= straight));
    if (failing.length === 0) return { computed, verdict: "reproduced", note };
    const telling = failing.filter(({ scatter, busy }) => scatter <= restless && busy <= busyShare);
    if (telling.length === 0) return { computed, verdict: "not comparable", note: `the machine was too busy; ${note}` };
    const broken = telling.some(({ fit }) => !(fit.slope > 0 && fit.r2 >= bent));
    return { computed, verdict: broken ? "refuted" : "differs", note };
  },
};

/** The report's guide among the guides. */
export const conditionGuide = "condition number";

const conditionClaim: ClaimRule<TwoQuestionsEvidence> = {
  id: "5.small-condition-number-compresses-well",
  rule: "on any assets, Spearman's ρ over the layers between condition number and loss of top-1, each layer compressed alone: reproduced if at every share its 95 % interval lies above 0, refuted if at every share below 0, else differs",
  judge: ({ guides, note: assetNote }) => {
    const scores = guides.filter(({ guide, outcome }) => guide === conditionGuide && outcome === "top-1 loss");
    if (scores.length === 0) return notComputed;
    const text = ({ share, rho, low, high }: GuideScore) =>
      `ρ = ${rho.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) at share ${share}`;
    const computed = scores.map(text).join(", ");
    const best = bestGuide(guides);
    const ofBest = `the best of the guides compared is the ${best.guide}, mean ρ ${best.rho.toFixed(2)}`;
    const note = [`${scores[0].layers} layers`, ofBest, ...(assetNote ? [assetNote] : [])].join("; ");
    if (scores.every(({ low }) => low > 0)) return { computed, verdict: "reproduced", note };
    return { computed, verdict: scores.every(({ high }) => high < 0) ? "refuted" : "differs", note };
  },
};

/** The guide with the largest mean ρ to the loss of top-1 over the shares. */
export function bestGuide(scores: readonly GuideScore[]): { guide: string; rho: number } {
  const losses = scores.filter(({ outcome }) => outcome === "top-1 loss");
  const means = [...new Set(losses.map(({ guide }) => guide))].map((guide) => {
    const own = losses.filter((score) => score.guide === guide);
    return { guide, rho: mean(own.map(({ rho }) => rho)) };
  });
  return means.reduce((best, each) => (each.rho > best.rho ? each : best));
}

/** The claims of the report's chapter 5. */
export const chapter5Claims: ClaimRule<TwoQuestionsEvidence>[] = [latencyClaim, conditionClaim];
