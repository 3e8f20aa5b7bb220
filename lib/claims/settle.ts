import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors";
import { writeAtomically } from "../core/files";
import { buildFolder } from "../core/paths";
import { justShown } from "../display/notebook";
import { chapter2Claims, type SpectraEvidence } from "./chapter2";
import { chapter3Claims, type HeadsEvidence } from "./chapter3";
import { chapter4Claims, type RecoveryEvidence } from "./chapter4";
import { chapter5Claims, type TwoQuestionsEvidence } from "./chapter5";
import { chapter6Claims, type ConclusionEvidence } from "./chapter6";
import { chapter7Claims, type FasterNetworkEvidence } from "./chapter7";
import { assetsKey, type ChapterInUse, type Claim, type ClaimRule, judgeClaim, type SettledClaim } from "./claims";
import { showClaims } from "./showClaims";

/** What each chapter's claims are settled on. */
export interface EvidenceOf {
  2: SpectraEvidence;
  3: HeadsEvidence;
  4: RecoveryEvidence;
  5: TwoQuestionsEvidence;
  6: ConclusionEvidence;
  7: FasterNetworkEvidence;
}

const rules: { [N in keyof EvidenceOf]: readonly ClaimRule<EvidenceOf[N]>[] } = {
  2: chapter2Claims,
  3: chapter3Claims,
  4: chapter4Claims,
  5: chapter5Claims,
  6: chapter6Claims,
  7: chapter7Claims,
};

const claimsFolder = join(buildFolder, "claims");

/**
 * Settles all claims of a chapter, shows them as a table, and writes them to build/claims/chapter-N.json. Where the chapter is
 * varied every verdict is "varied", and they are written to build/claims/varied/chapter-N.json instead.
 * @throws UserError if the chapter has no claims; FileError if the file cannot be written.
 */
export async function settle<N extends keyof EvidenceOf>(
  chapter: ChapterInUse<N>,
  evidence: EvidenceOf[N],
  folder = claimsFolder,
): Promise<SettledClaim[]> {
  const { number, varied } = chapter;
  if (!(number in rules)) throw new UserError(`chapter ${number} has no claims: ${Object.keys(rules).join(", ")} have`);
  const claims = rules[number].map((rule) => judgeClaim(rule, evidence, chapter));
  const place = varied.length > 0 ? join(folder, "varied") : folder;
  const written = claims.map(({ persian: _persian, rule: _rule, ...claim }) => claim);
  await writeAtomically(join(place, `chapter-${number}.json`), `${JSON.stringify(written, null, 2)}\n`);
  showClaims(claims);
  return justShown(claims);
}

/**
 * The claims of chapters that ran before, as their last runs with the report's settings left them.
 * @throws UserError if one has not run, or ran on other weights or images than those in use.
 */
export function collectClaims(
  chapter: Pick<ChapterInUse, "weights" | "images">,
  numbers: readonly number[],
  folder = claimsFolder,
): Claim[] {
  const expected = assetsKey(chapter);
  return numbers.flatMap((number) => {
    const claims = readClaims(join(folder, `chapter-${number}.json`), number);
    if (claims.some(({ assets }) => assets !== expected))
      throw new UserError(
        `chapter ${number} ran on other weights or images than those in use: run it again (npm start -- ${number}), results of different assets are not mixed`,
      );
    return claims;
  });
}

function readClaims(file: string, number: number): Claim[] {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new UserError(
      `chapter ${number} has no results with the report's settings yet: run it first (npm start -- ${number})`,
    );
  }
}
