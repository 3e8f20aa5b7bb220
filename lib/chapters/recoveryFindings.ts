import { type FailedRecoveryEvidence, recoveredShare } from "../claims/recovery";
import type { MethodResult } from "../figures/recovery";
import { mean } from "../statistics/summary";
import { percents, type ScoredRecoveries } from "./recoveryTable";

/** "58 %", or in words where more than the loss, or nothing, was won back. */
function shareText(share: number): string {
  if (share > 1) return "more than all";
  return share < 0 ? "nothing" : `${Math.round(100 * share)} %`;
}

/** The chapter's verdict on the report's claim (b), two sentences from the results. */
export function recoveryVerdict(means: FailedRecoveryEvidence["recovery"], results: readonly MethodResult[]): string {
  const shares = [means.keep50, means.keep20].map(recoveredShare);
  const [won5, won2] = shares.map(shareText);
  const best = (keep: number) =>
    results.filter((result) => result.keep === keep).reduce((top, result) => (result.mean > top.mean ? result : top));
  const [k5, k2] = [best(0.5), best(0.2)];
  const opening = shares.some((share) => share >= 0.5)
    ? `Short fine-tuning **does** recover the head here: three epochs at a stable learning rate win back ${won5} of what the cut to rank 5 lost, and ${won2} at rank 2`
    : `On these assets three epochs at a stable learning rate win back ${won5} of what the cut to rank 5 lost and ${won2} at rank 2: the report's claim ${shares.every((share) => share < 0.1) ? "**holds**" : "is neither confirmed nor refuted"} here`;
  return `${opening} (table 4-2, figure 4-2). The best at rank 5 is method ${k5.id} with ${k5.mean.toFixed(2)} % and at rank 2 method ${k2.id} with ${k2.mean.toFixed(2)} %, beside ${means.keep50.base.toFixed(2)} % of the uncompressed heads.`;
}

/** How the cuts without training compare, from the results: the plain cut, output-aware (d), centred first (e). */
export function untrainedFinding(scored: ScoredRecoveries): string {
  const at = (head: "keep50" | "keep20", keep: number) => {
    const of = (id: string) => scored.methods.find((method) => method.id === id && method.keep === keep)?.sheets ?? [];
    const named = { plain: scored.cut[head], "output-aware": of("d"), centred: of("e") };
    const means = Object.entries(named).map(([name, sheets]) => ({ name, mean: mean(percents(sheets)) }));
    const ordered = means.sort((first, second) => second.mean - first.mean);
    return ordered.map(({ name, mean: value }) => `${name} ${value.toFixed(2)} %`).join(", ");
  };
  return `Without training, best first: at rank 5 ${at("keep50", 0.5)}; at rank 2 ${at("keep20", 0.2)}. The output-aware cut has the smallest error of the *outputs* there is; where it is not the best classifier, squared error of the outputs is the wrong thing to keep, for instance because it spends rank on what all logits share.`;
}
