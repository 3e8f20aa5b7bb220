import { rankForVariance, type Spectrum } from "../linalg/spectrum";
import { varianceThreshold } from "./chapter2";
import type { Claim, ClaimRule } from "./claims";

/** The two layers' spectra beside those of random matrices of the same shapes, and the claims of the chapters before. */
export interface ConclusionEvidence {
  layers: { name: string; spectrum: Spectrum; random: Spectrum }[];
  earlier: readonly Claim[];
}

/** Share of the components that carry 95 % of the variance, in per cent. */
export function shareOfComponents(spectrum: Spectrum): number {
  return (100 * rankForVariance(spectrum, varianceThreshold)) / spectrum.singularValues.length;
}

/** The claims of the report's conclusion. */
export const chapter6Claims: ClaimRule<ConclusionEvidence>[] = [
  {
    id: "6.spectral-redundancy",
    chapter: 6,
    claim: "spectral analysis finds redundancy in the weights",
    reported: "73.44 % and 56.84 % of the components",
    rule: "on any weights: reproduced if both layers need a smaller share of their components for 95 % of the variance than a random normal matrix of the same shape, refuted if neither does, else differs",
    mustHold: false,
    judge: ({ layers }) => {
      const shares = layers.map(({ spectrum }) => shareOfComponents(spectrum));
      const random = layers.map((layer) => shareOfComponents(layer.random));
      const fewer = shares.filter((share, i) => share < random[i]).length;
      const text = (values: number[]) => values.map((value) => `${value.toFixed(2)} %`).join(" and ");
      const note = `random matrices of these shapes need ${text(random)}`;
      if (fewer === layers.length) return { computed: text(shares), verdict: "reproduced", note };
      return { computed: text(shares), verdict: fewer === 0 ? "refuted" : "differs", note };
    },
  },
  {
    id: "6.single-layer-no-speedup",
    chapter: 6,
    claim: "compressing one layer does not make the network faster",
    reported: "1.013 × and 0.995 × the time",
    rule: "follows 4.latency-unchanged: reproduced or refuted as it is, else not comparable",
    mustHold: false,
    timed: true,
    judge: ({ earlier }) => {
      const latency = earlier.find(({ id }) => id === "4.latency-unchanged");
      if (latency?.verdict === "reproduced" || latency?.verdict === "refuted")
        return { computed: latency.computed, verdict: latency.verdict, note: "chapter 4, table 4-1" };
      return { computed: latency?.computed ?? "not measured", verdict: "not comparable", note: latency?.note };
    },
  },
];
