import { busyShare } from "../core/busyness";
import { type ClaimRule, type Judgement, notComputed } from "./claims";

/** What chapter 7 measures. */
export interface FasterNetworkEvidence {
  /** Of the network to keep, if there is one: ratio of times, whether it is in doubt, what others took, test images lost. */
  chosen?: { speedup: number; doubtful: boolean; busy: number; drop: { difference: number } };
  /** Relative error of the logits of each fit. */
  fits: readonly { fit: string; outputError: number }[];
  /** Factorizations by the share of each layer's MACs asked for, 1 for none; MACs and time over the original's, and whether the time is in doubt. */
  forms: readonly { form: string; share: number; macs: number; time: number; doubtful: boolean }[];
  /** Low rank, int8 with no layer split, and one after the other, timed beside the original; what others took meanwhile. */
  networks?: { lowRank: readonly TimedNetwork[]; int8Alone: TimedNetwork; both: readonly TimedNetwork[]; busy: number };
  /** The chosen network's closed form and what training made of it, on the same test images; the training in words. */
  retrained?: { drop: { difference: number }; mcnemar: { midP: number }; passed: string };
}

/** A network beside the original: ratio of times, whether it is in doubt, test images classified correctly. */
export interface TimedNetwork {
  speedup: number;
  doubtful: boolean;
  accuracy: { correct: number; share: number };
}

/** Speed-up and points of top-1 that count as a network made faster, and the speed-up below which it was not. */
const fast = 1.5;
const mostPoints = 2.5;
const notFast = 1.1;

/** Relative difference of two times, or of a time from a count, that counts as one. */
const apart = 0.1;

/** Whether times tell nothing: other programs had their share of the machine, or the timings contradict each other. */
const tellsNothing = (busy: number, timings: readonly { doubtful: boolean }[]) =>
  busy > busyShare || timings.some(({ doubtful }) => doubtful);
const ifQuiet = `not comparable if other programs took more than ${100 * busyShare} % of the cores or timings contradict each other`;

const fasterClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.multi-layer-speeds-up",
  rule: `on any assets, the chosen network on all test images: ${ifQuiet}; else reproduced if it is measured ≥ ${fast} × as fast and loses ≤ ${mostPoints} points of top-1, refuted if it is < ${notFast} × as fast, else differs`,
  timed: true,
  judge: ({ chosen }) => {
    if (!chosen) return notComputed;
    const { speedup, busy, drop } = chosen;
    const points = 100 * drop.difference;
    const computed = `${speedup.toFixed(2)} × as fast, ${points.toFixed(2)} points lost`;
    if (tellsNothing(busy, [chosen]))
      return { computed, verdict: "not comparable", note: `others took ${(100 * busy).toFixed(0)} % of the cores` };
    if (speedup < notFast) return { computed, verdict: "refuted" };
    return { computed, verdict: speedup >= fast && points <= mostPoints ? "reproduced" : "differs" };
  },
};

const responsesClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.responses-beat-weights",
  rule: "on any assets, all 3 × 3 convolutions at half their channels, relative error of the logits: reproduced if the fit to the responses and every later one err less than the plain SVD, refuted if none does, else differs",
  judge: ({ fits }) => {
    const error = (name: string) => fits.find(({ fit }) => fit === name)?.outputError;
    const [weights, responses] = [error("weights"), error("responses")];
    if (weights === undefined || responses === undefined) return notComputed;
    const others = fits.filter(({ fit }) => fit !== "weights");
    const better = others.filter(({ outputError }) => outputError < weights).length;
    const computed = `error ${weights.toFixed(3)} by weights, ${responses.toFixed(3)} by responses`;
    if (better === others.length) return { computed, verdict: "reproduced" };
    return { computed, verdict: better === 0 ? "refuted" : "differs" };
  },
};

const macsClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.macs-mislead",
  rule: `on any machine, four factorizations at equal shares of the MACs, those whose timings contradict each other left out: reproduced if a speed-up by the clock falls short of the one by MACs by more than ${100 * apart} %, or two forms at one share differ in time by more than that beyond their MACs; else refuted`,
  timed: true,
  judge: ({ forms }) => {
    const split = forms.filter(({ share, doubtful }) => share < 1 && !doubtful);
    if (split.length === 0) return notComputed;
    const dearer = split.map(({ time, macs }) => time / macs);
    const worst = split[dearer.indexOf(Math.max(...dearer))];
    const [least, most] = [Math.min(...dearer), Math.max(...dearer)];
    const computed = `${worst.form}: ${(1 / worst.macs).toFixed(2)} × by MACs, ${(1 / worst.time).toFixed(2)} × by the clock`;
    const note = `time over MACs from ${least.toFixed(2)} to ${most.toFixed(2)} of the original's`;
    const differ = split.some(({ share }, i) =>
      split.some((other, j) => other.share === share && dearer[j] / dearer[i] > 1 + apart),
    );
    return { computed, verdict: most > 1 + apart || differ ? "reproduced" : "refuted", note };
  },
};

/** Judges by times, where they tell something. */
function judgeTimed(
  { networks }: FasterNetworkEvidence,
  judge: (networks: NonNullable<FasterNetworkEvidence["networks"]>) => Judgement,
): Judgement {
  if (!networks) return notComputed;
  const { int8Alone, lowRank, both, busy } = networks;
  const judged = judge(networks);
  if (!tellsNothing(busy, [int8Alone, ...lowRank, ...both])) return judged;
  const note = `others took ${(100 * busy).toFixed(0)} % of the cores, or timings contradict each other`;
  return { computed: judged.computed, verdict: "not comparable", note };
}

const told = ({ speedup, accuracy }: TimedNetwork) =>
  `${speedup.toFixed(2)} × at ${(100 * accuracy.share).toFixed(2)} %`;
const wins = (a: TimedNetwork, b: TimedNetwork) => a.speedup >= b.speedup && a.accuracy.correct >= b.accuracy.correct;
const fastest = (networks: readonly TimedNetwork[]) =>
  networks.reduce((best, each) => (each.speedup > best.speedup ? each : best));

const int8Claim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.low-rank-beats-int8",
  rule: `on any assets and the processor at hand, the proposed low-rank networks: ${ifQuiet}; else reproduced if one is at least as fast as int8 alone and at least as often right, refuted if int8 alone is so beside each of them, else differs`,
  timed: true,
  judge: (evidence) =>
    judgeTimed(evidence, ({ int8Alone: alone, lowRank }) => {
      if (lowRank.length === 0) return notComputed;
      const computed = `low rank ${told(fastest(lowRank))}, int8 ${told(alone)}`;
      if (lowRank.some((each) => wins(each, alone))) return { computed, verdict: "reproduced" };
      return { computed, verdict: lowRank.every((each) => wins(alone, each)) ? "refuted" : "differs" };
    }),
};

const bothClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.low-rank-adds-to-int8",
  rule: `on any assets and the processor at hand, low rank and then int8, the fastest: ${ifQuiet}; else reproduced if it is ≥ ${notFast} × as fast as int8 alone and loses ≤ ${mostPoints} points of top-1 to it, refuted if it is no faster, else differs`,
  timed: true,
  judge: (evidence) =>
    judgeTimed(evidence, ({ int8Alone: alone, both }) => {
      if (both.length === 0) return notComputed;
      const best = fastest(both);
      const computed = `both ${told(best)}, int8 ${told(alone)}`;
      if (best.speedup <= alone.speedup) return { computed, verdict: "refuted" };
      const points = 100 * (alone.accuracy.share - best.accuracy.share);
      const adds = best.speedup >= notFast * alone.speedup && points <= mostPoints;
      return { computed, verdict: adds ? "reproduced" : "differs" };
    }),
};

/** Probability below which a difference on the same images counts as one. */
const significant = 0.05;

const trainingClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.backbone-training-recovers",
  rule: `on any assets, the chosen network before and after its layers were trained, all test images: reproduced if training made more of them right, refuted if fewer, with McNemar's mid-p below ${significant}; else differs`,
  timed: true,
  judge: ({ retrained }) => {
    if (!retrained) return notComputed;
    const { drop, mcnemar, passed } = retrained;
    const computed = `${(-100 * drop.difference).toFixed(2)} points won back, mid-p ${mcnemar.midP.toPrecision(2)}`;
    if (mcnemar.midP >= significant) return { computed, verdict: "differs", note: passed };
    return { computed, verdict: drop.difference < 0 ? "reproduced" : "refuted", note: passed };
  },
};

/** The claims of chapter 7: what the report hoped for, and what it did not look at. */
export const chapter7Claims: ClaimRule<FasterNetworkEvidence>[] = [
  ...[fasterClaim, responsesClaim, macsClaim],
  ...[int8Claim, bothClaim, trainingClaim],
];
