import { type RecoveryMeans, recoveredShare } from "../claims/recovery";
import type { MethodResult } from "../display/recovery";
import { mean } from "../statistics/summary";
import { protocol } from "./protocol";
import { learningRates, uncompressed } from "./recoveryMethods";
import { percents, type RecoveryExperiment, type ScoredRecoveries } from "./recoveryTable";

/** How long the sweep over the learning rates and all training took; cached results keep the time that they took. */
export function sweepTime({ seconds, all }: RecoveryExperiment): string {
  const heads = new Set(all.methods.map(({ rank }) => rank)).size;
  return `${learningRates.length} learning rates, ${all.base.length} seeds and ${heads} heads (rank 5, rank 2, uncompressed): choosing the rates and training every row of table 4-2 took ${seconds.toFixed(1)} s when it was last computed.`;
}

/** "58 %", or in words where more than the loss, or nothing, was won back. */
function shareText(share: number): string {
  if (share > 1) return "more than all";
  return share < 0 ? "nothing" : `${Math.round(100 * share)} %`;
}

/** The most accurate method at one keep ratio. */
function best(results: readonly MethodResult[], keep: number): MethodResult {
  return results.filter((result) => result.keep === keep).reduce((top, each) => (each.mean > top.mean ? each : top));
}

/**
 * The chapter's verdict on the report's claim (b), two sentences from the results. What was lost counts from the
 * uncompressed head as the report leaves it; beside it stands what that head gains by further training too.
 * @param images number of test images behind the means and results.
 */
export function recoveryVerdict(
  means: Record<"keep50" | "keep20", RecoveryMeans>,
  results: readonly MethodResult[],
  images: number,
): string {
  const shares = [means.keep50, means.keep20].map(recoveredShare);
  const [won5, won2] = shares.map(shareText);
  const [k5, k2, whole] = [0.5, 0.2, uncompressed].map((keep) => best(results, keep));
  const base = `the uncompressed head after its ${protocol.baseBatches} batches`;
  const opening = shares.some((share) => share >= 0.5)
    ? `Short fine-tuning **does** recover the head here: three epochs at a stable learning rate win back ${won5} of what the cut to rank 5 lost against ${base}, and ${won2} at rank 2`
    : `On these assets three epochs at a stable learning rate win back ${won5} of what the cut to rank 5 lost against ${base}, and ${won2} at rank 2: the report's claim ${shares.every((share) => share < 0.1) ? "**holds**" : "is neither confirmed nor refuted"} here`;
  return `${opening} (table 4-6 and figure 4-2, ${images} test images). The best at rank 5 is method ${k5.id} with ${k5.mean.toFixed(2)} % and at rank 2 method ${k2.id} with ${k2.mean.toFixed(2)} %, beside ${means.keep50.base.toFixed(2)} % of ${base} and ${whole.mean.toFixed(2)} % of the same head trained on as in ${whole.id}.`;
}

/** What all three heads reach if each gets the three epochs of method b. */
export function equalTrainingFinding(results: readonly MethodResult[]): string {
  const [whole, k5, k2] = [uncompressed, 0.5, 0.2].map((keep) => {
    const trained = results.find((result) => result.id === "b" && result.keep === keep);
    return trained?.mean.toFixed(2) ?? "?";
  });
  return `At equal training, the three epochs of b, the uncompressed head reaches ${whole} %, rank 5 ${k5} % and rank 2 ${k2} %.`;
}

/** How the cuts without training compare, from the results: the plain cut, output-aware (d), centred first (e). */
export function untrainedFinding(scored: ScoredRecoveries): string {
  const ranks = [untrained(scored, "keep50", 0.5), untrained(scored, "keep20", 0.2)];
  const [k5, k2] = ranks.map((cuts) => cuts.map(({ name, percent }) => `${name} ${percent.toFixed(2)} %`).join(", "));
  const [matched5, matched2] = ranks.map(([first]) => first.name !== "output-aware");
  const where = matched5 && matched2 ? "both ranks" : matched5 ? "the larger rank" : "the smaller rank";
  const reading =
    matched5 || matched2
      ? `yet at ${where} another cut classifies as well or better: there the least error does not mean the most right answers`
      : "it has the most right answers at both ranks, too";
  return `Without training, best first: at rank 5 ${k5}; at rank 2 ${k2}. The output-aware cut has the smallest squared error of the *outputs* over the training features that its rank allows; ${reading}.`;
}

/** The cuts at one rank by their mean top-1, best first. */
function untrained({ cut, methods }: ScoredRecoveries, head: "keep50" | "keep20", keep: number) {
  const of = (id: string) => methods.find((method) => method.id === id && method.keep === keep)?.sheets ?? [];
  return Object.entries({ plain: cut[head], "output-aware": of("d"), centred: of("e") })
    .map(([name, sheets]) => ({ name, percent: mean(percents(sheets)) }))
    .sort((first, second) => second.percent - first.percent);
}
