import type { ChosenNetwork } from "../chapters/chosenNetwork";
import type { FitResult } from "../chapters/fitComparison";
import type { FormTime } from "../chapters/formTiming";
import type { ClaimRule } from "./claims";

/** What chapter 7 measures. */
export interface FasterNetworkEvidence {
  chosen: Pick<ChosenNetwork, "drop" | "speedup">;
  fits: readonly Pick<FitResult, "fit" | "outputError">[];
  forms: readonly FormTime[];
}

/** Speed-up and points of top-1 that count as a network made faster, and the speed-up below which it was not. */
const fast = 1.5;
const mostPoints = 2.5;
const notFast = 1.1;

/** Relative difference of two times, or of a time from a count, that counts as one. */
const apart = 0.1;

const fasterClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.multi-layer-speeds-up",
  chapter: 7,
  claim: "compression of many layers at once gives a better trade-off, in time, than that of one layer",
  reported: "hoped for, not measured",
  rule: `on any assets, the chosen network on all test images: reproduced if it is measured ≥ ${fast} × as fast and loses ≤ ${mostPoints} points of top-1, refuted if it is < ${notFast} × as fast, else differs`,
  mustHold: false,
  timed: true,
  judge: ({ chosen: { speedup, drop } }) => {
    const points = 100 * drop.difference;
    const computed = `${speedup.toFixed(2)} × as fast, ${points.toFixed(2)} points lost`;
    if (speedup < notFast) return { computed, verdict: "refuted" };
    return { computed, verdict: speedup >= fast && points <= mostPoints ? "reproduced" : "differs" };
  },
};

const responsesClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.responses-beat-weights",
  chapter: 7,
  claim: "a layer's responses on data, not its weights, are what a low-rank split should keep",
  reported: "the report looks at weights only",
  rule: "on any assets, all 3 × 3 convolutions at half their channels, relative error of the logits: reproduced if the fit to the responses and every later one err less than the plain SVD, refuted if none does, else differs",
  mustHold: false,
  judge: ({ fits }) => {
    const error = (name: string) => fits.find(({ fit }) => fit === name)?.outputError ?? Number.NaN;
    const others = fits.filter(({ fit }) => fit !== "weights");
    const better = others.filter(({ outputError }) => outputError < error("weights")).length;
    const computed = `error ${error("weights").toFixed(3)} by weights, ${error("responses").toFixed(3)} by responses`;
    if (better === others.length) return { computed, verdict: "reproduced" };
    return { computed, verdict: better === 0 ? "refuted" : "differs" };
  },
};

const macsClaim: ClaimRule<FasterNetworkEvidence> = {
  id: "7.macs-mislead",
  chapter: 7,
  claim: "counted operations mislead about time",
  reported: "the report counts parameters and operations",
  rule: `on any machine, four factorizations at equal shares of the MACs: reproduced if a speed-up by the clock falls short of the one by MACs by more than ${100 * apart} %, or two forms at one share differ in time by more than that beyond their MACs; else refuted`,
  mustHold: false,
  timed: true,
  judge: ({ forms }) => {
    const split = forms.filter(({ share }) => share < 1);
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
export const chapter7Claims = [fasterClaim, responsesClaim, macsClaim];
