import { busyShare } from "../core/busyness";
import { type ClaimRule, notComputed } from "./claims";

/** What chapter 7 measures. */
export interface FasterNetworkEvidence {
  /** Of the network to keep, if there is one: ratio of times, whether it is in doubt, what others took, test images lost. */
  chosen?: { speedup: number; doubtful: boolean; busy: number; drop: { difference: number } };
  /** Relative error of the logits of each fit. */
  fits: readonly { fit: string; outputError: number }[];
  /** Factorizations by the share of each layer's MACs asked for, 1 for none; MACs and time over the original's, and whether the time is in doubt. */
  forms: readonly { form: string; share: number; macs: number; time: number; doubtful: boolean }[];
}

/** Speed-up and points of top-1 that count as a network made faster, and the speed-up below which it was not. */
const fast = 1.5;
const mostPoints = 2.5;
const notFast = 1.1;

/** Relative difference of two times, or of a time from a count, that counts as one. */
const apart = 0.1;

const fasterClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.multi-layer-speeds-up",
  rule: `on any assets, the chosen network on all test images: not comparable if other programs took more than ${100 * busyShare} % of the cores or the timings contradict each other; else reproduced if it is measured ≥ ${fast} × as fast and loses ≤ ${mostPoints} points of top-1, refuted if it is < ${notFast} × as fast, else differs`,
  timed: true,
  judge: ({ chosen }) => {
    if (!chosen) return notComputed;
    const { speedup, doubtful, busy, drop } = chosen;
    const points = 100 * drop.difference;
    const computed = `${speedup.toFixed(2)} × as fast, ${points.toFixed(2)} points lost`;
    if (doubtful || busy > busyShare)
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

/** The claims of chapter 7: what the report hoped for, and what it did not look at. */
export const chapter7Claims: ClaimRule<FasterNetworkEvidence>[] = [fasterClaim, responsesClaim, macsClaim];
