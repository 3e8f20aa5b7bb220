import { rankForVariance, type Spectrum } from "../linalg/spectrum";
import type { ClaimRule } from "./claims";

/** What chapter 2 measures, and the recorded spectra of the official tensors. */
export interface SpectraEvidence {
  middle: Spectrum;
  final: Spectrum;
  officialMiddle: Spectrum;
  officialFinal: Spectrum;
}

/** Threshold of the report for k95. */
export const varianceThreshold = 0.95;

/** Whether two spectra are those of the same tensor: every σ within 0.1 % of the largest one. */
export function sameSpectrum(first: Spectrum, second: Spectrum): boolean {
  const tolerance = 1e-3 * second.singularValues[0];
  return (
    first.singularValues.length === second.singularValues.length &&
    first.singularValues.every((value, i) => Math.abs(value - second.singularValues[i]) <= tolerance)
  );
}

const share = (spectrum: Spectrum) =>
  (100 * rankForVariance(spectrum, varianceThreshold)) / spectrum.singularValues.length;
const k95Text = (spectrum: Spectrum) =>
  `${rankForVariance(spectrum, varianceThreshold)} (${share(spectrum).toFixed(2)} %)`;
const shapeText = (spectrum: Spectrum) => `${spectrum.rows} × ${spectrum.columns}`;

type Layer = "middle" | "fc";
const layers: Record<Layer, { name: string; shape: string; count: number; k95: string }> = {
  middle: { name: "layer2.0.conv1", shape: "128 × 576", count: 128, k95: "94 (73.44 %)" },
  fc: { name: "fc", shape: "1000 × 512", count: 512, k95: "291 (56.84 %)" },
};

const measured = (layer: Layer, evidence: SpectraEvidence) => (layer === "middle" ? evidence.middle : evidence.final);
const official = (layer: Layer, evidence: SpectraEvidence) =>
  layer === "middle" ? evidence.officialMiddle : evidence.officialFinal;

function shapeRule(layer: Layer): ClaimRule<SpectraEvidence> {
  const { name, shape } = layers[layer];
  return {
    id: `2.${layer}.shape`,
    chapter: 2,
    claim: `${name} as a matrix`,
    reported: shape,
    rule: "reproduced if rows and columns are equal (the report prints the transpose), else differs",
    mustHold: true,
    judge: (evidence) => {
      const computed = shapeText(measured(layer, evidence));
      return { computed, verdict: computed === shape ? "reproduced" : "differs" };
    },
  };
}

function countRule(layer: Layer): ClaimRule<SpectraEvidence> {
  const { name, count } = layers[layer];
  return {
    id: `2.${layer}.count`,
    chapter: 2,
    claim: `number of singular values of ${name}`,
    reported: count,
    rule: "reproduced if equal, else differs",
    mustHold: true,
    judge: (evidence) => {
      const computed = measured(layer, evidence).singularValues.length;
      return { computed, verdict: computed === count ? "reproduced" : "differs" };
    },
  };
}

function k95Rule(layer: Layer): ClaimRule<SpectraEvidence> {
  const { name, k95 } = layers[layer];
  return {
    id: `2.${layer}.k95`,
    chapter: 2,
    claim: `components of ${name} for 95 % of the variance`,
    reported: k95,
    rule: "comparable if every σ lies within 0.1 % of σ₁ of the recorded official spectrum; then reproduced if equal, else differs",
    mustHold: true,
    judge: (evidence) => {
      const computed = k95Text(measured(layer, evidence));
      const recorded = official(layer, evidence);
      if (!sameSpectrum(measured(layer, evidence), recorded))
        return {
          computed,
          verdict: "not comparable",
          note: `another tensor than the official one, whose recorded spectrum gives ${k95Text(recorded)}`,
        };
      return { computed, verdict: computed === k95 ? "reproduced" : "differs", note: "the official tensor's spectrum" };
    },
  };
}

/** The claims of the report's chapter 2. */
export const chapter2Claims: ClaimRule<SpectraEvidence>[] = [
  shapeRule("middle"),
  countRule("middle"),
  k95Rule("middle"),
  shapeRule("fc"),
  countRule("fc"),
  k95Rule("fc"),
  {
    id: "2.fc-more-compressible",
    chapter: 2,
    claim: "fc needs a smaller share of its components than layer2.0.conv1, so it is the better candidate",
    reported: "56.84 % < 73.44 %",
    rule: "comparable if both spectra are the official ones; then reproduced if fc's share is smaller, else refuted",
    mustHold: false,
    judge: (evidence) => {
      const { middle, final, officialMiddle, officialFinal } = evidence;
      const smaller = share(final) < share(middle);
      const computed = `${share(final).toFixed(2)} % ${smaller ? "<" : "≥"} ${share(middle).toFixed(2)} %`;
      if (!sameSpectrum(middle, officialMiddle) || !sameSpectrum(final, officialFinal))
        return { computed, verdict: "not comparable", note: "other tensors than the official ones" };
      return {
        computed,
        verdict: smaller ? "reproduced" : "refuted",
        note: "a smaller share of variance kept; whether accuracy follows is asked in chapters 3 and 5",
      };
    },
  },
];
