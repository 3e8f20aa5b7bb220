import { type Claim, type ClaimRule, notComputed } from "./claims";

/** Layers beside random matrices of the same shapes, and the claims of the chapters before. */
export interface ConclusionEvidence {
  /** Share of the components that carry the variance asked for, in per cent. */
  layers: readonly { layer: string; share: number; randomShare: number }[];
  earlier: readonly Claim[];
}

/** The claims of the report's conclusion. */
export const chapter6Claims: ClaimRule<ConclusionEvidence>[] = [
  {
    id: "6.spectral-redundancy",
    rule: "on any weights: reproduced if both layers need a smaller share of their components for 95 % of the variance than a random normal matrix of the same shape, refuted if neither does, else differs",
    judge: ({ layers }) => {
      if (layers.length === 0) return notComputed;
      const fewer = layers.filter(({ share, randomShare }) => share < randomShare).length;
      const text = (values: number[]) => values.map((value) => `${value.toFixed(2)} %`).join(" and ");
      const computed = text(layers.map(({ share }) => share));
      const note = `random matrices of these shapes need ${text(layers.map(({ randomShare }) => randomShare))}`;
      if (fewer === layers.length) return { computed, verdict: "reproduced", note };
      return { computed, verdict: fewer === 0 ? "refuted" : "differs", note };
    },
  },
  {
    id: "6.single-layer-no-speedup",
    rule: "follows 4.latency-unchanged: reproduced or refuted as it is, else not comparable",
    timed: true,
    judge: ({ earlier }) => {
      const latency = earlier.find(({ id }) => id === "4.latency-unchanged");
      if (latency?.verdict === "reproduced" || latency?.verdict === "refuted")
        return { computed: latency.computed, verdict: latency.verdict, note: "chapter 4, table 4-1" };
      return { computed: latency?.computed ?? "not measured", verdict: "not comparable", note: latency?.note };
    },
  },
];
