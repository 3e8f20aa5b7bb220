import type { AssetInUse, Provenance } from "../core/provenance";
import { report } from "./report";
import type { Verdict } from "./verdicts";

/** Which weights and images a claim is settled on. */
export type ClaimContext = Record<"weights" | "images", Provenance>;

/** What of a chapter its claims rest on. */
export interface ChapterInUse<N extends number = number> {
  number: N;
  weights: AssetInUse;
  images: AssetInUse;
  /** Settings that are not the report's; none if it repeats the report. */
  varied: readonly string[];
}

/** What a rule finds. */
export interface Judgement {
  computed: string | number;
  verdict: Verdict;
  note?: string;
}

/** Where the evidence lacks what a claim is about, as in a run with other settings than the report's. */
export const notComputed: Judgement = { computed: "not computed", verdict: "not comparable" };

/** How computed values settle a claim of data/report.json. */
export interface ClaimRule<Evidence> {
  id: string;
  /** How `judge` decides, in words, for the reader. */
  rule: string;
  /** Where it is comparable at all, anything but "reproduced" is a fault of this project. */
  mustHold?: boolean;
  /** Whether the computed value comes from a clock, so that it differs from run to run. */
  timed?: boolean;
  judge(evidence: Evidence, context: ClaimContext): Judgement;
}

/** What the report printed beside what this run computed. */
export interface Claim extends Required<Judgement>, ClaimContext {
  id: string;
  chapter: number;
  claim: string;
  reported: string | number;
  /** Checksums of the weights and images, so that results of different files never stand side by side. */
  assets: string;
  /** Whether this run counts as failed unless the claim holds; never where it is varied or not comparable. */
  mustHold: boolean;
  holds: boolean;
  timed: boolean;
}

/** A claim with what its table shows beside. */
export interface SettledClaim extends Claim {
  persian: string;
  rule: string;
}

/** Names weights and images by their content. */
export function assetsKey({ weights, images }: Pick<ChapterInUse, "weights" | "images">): string {
  return `${weights.sha256.slice(0, 16)}+${images.sha256.slice(0, 16)}`;
}

/** Settles one claim; in a chapter that is varied the verdict says so, whatever the rule finds. */
export function judgeClaim<Evidence>(
  rule: ClaimRule<Evidence>,
  evidence: Evidence,
  chapter: ChapterInUse,
): SettledClaim {
  const context = { weights: chapter.weights.provenance, images: chapter.images.provenance };
  const { english, persian, reported } = report.claims[rule.id];
  const { computed, verdict: found, note = "" } = rule.judge(evidence, context);
  const verdict = chapter.varied.length > 0 ? "varied" : found;
  return {
    id: rule.id,
    chapter: chapter.number,
    claim: english,
    persian,
    rule: rule.rule,
    reported,
    computed,
    verdict,
    ...context,
    note,
    assets: assetsKey(chapter),
    mustHold: (rule.mustHold ?? false) && verdict !== "not comparable" && verdict !== "varied",
    holds: verdict === "reproduced",
    timed: rule.timed ?? false,
  };
}
