import { join } from "node:path";
import type { Provenance } from "../core/provenance";
import { writeAtomically } from "../core/files";
import { buildFolder } from "../core/paths";

export type Verdict = "reproduced" | "differs" | "refuted" | "not comparable";

/** Which weights and images a claim is settled on. */
export interface ClaimContext {
  weights: Provenance;
  images: Provenance;
}

/** Weights and images by provenance and content. */
export interface AssetsOfClaims {
  weights: { provenance: Provenance; sha256: string };
  images: { provenance: Provenance; sha256: string };
}

/** What a rule finds. */
export interface Judgement {
  computed: string | number;
  verdict: Verdict;
  note?: string;
}

/** Something that the report says, and how a computed value settles it. */
export interface ClaimRule<Evidence> {
  id: string;
  chapter: number;
  claim: string;
  reported: string | number;
  /** How `judge` decides, in words, for the reader. */
  rule: string;
  /** Where it is comparable at all, anything but "reproduced" is a fault of this project. */
  mustHold: boolean;
  /** Whether the computed value comes from a clock, so that it differs from run to run. */
  timed?: boolean;
  judge(evidence: Evidence, context: ClaimContext): Judgement;
}

/** What the report printed beside what this run computed. */
export interface Claim {
  id: string;
  chapter: number;
  claim: string;
  reported: string | number;
  computed: string | number;
  verdict: Verdict;
  weights: Provenance;
  images: Provenance;
  note: string;
  /** Checksums of the weights and images, so that results of different files never stand side by side. */
  assets: string;
  /** Whether this run counts as failed unless the claim holds; never where it is not comparable. */
  mustHold: boolean;
  holds: boolean;
  /** Whether the computed value comes from a clock. */
  timed: boolean;
}

/** A claim with what its table shows beside. */
export interface SettledClaim extends Claim {
  rule: string;
}

/** Names weights and images by their content. */
export function assetsKey({ weights, images }: AssetsOfClaims): string {
  return `${weights.sha256.slice(0, 16)}+${images.sha256.slice(0, 16)}`;
}

function settle<Evidence>(rule: ClaimRule<Evidence>, evidence: Evidence, used: AssetsOfClaims): Claim {
  const context = { weights: used.weights.provenance, images: used.images.provenance };
  const { id, chapter, claim, reported } = rule;
  const { computed, verdict, note = "" } = rule.judge(evidence, context);
  const mustHold = rule.mustHold && verdict !== "not comparable";
  return {
    id,
    chapter,
    claim,
    reported,
    computed,
    verdict,
    ...context,
    note,
    assets: assetsKey(used),
    mustHold,
    holds: verdict === "reproduced",
    timed: rule.timed ?? false,
  };
}

/** Where a chapter leaves its claims. */
export function claimsFile(chapter: number): string {
  return join(buildFolder, "claims", `chapter-${chapter}.json`);
}

/**
 * Settles a chapter's claims and writes them to build/claims/chapter-N.json.
 * @param rules all of one chapter, at least one.
 * @throws FileError if the file cannot be written.
 */
export async function settleClaims<Evidence>(
  rules: readonly ClaimRule<Evidence>[],
  evidence: Evidence,
  assets: AssetsOfClaims,
): Promise<SettledClaim[]> {
  const claims = rules.map((rule) => settle(rule, evidence, assets));
  await writeAtomically(claimsFile(rules[0].chapter), `${JSON.stringify(claims, null, 2)}\n`);
  return claims.map((claim, i) => ({ ...claim, rule: rules[i].rule }));
}
