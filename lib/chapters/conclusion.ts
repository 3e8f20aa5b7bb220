import { readFileSync } from "node:fs";
import { Matrix } from "ml-matrix";
import { chapter6Claims, type ConclusionEvidence, shareOfComponents } from "../claims/chapter6";
import { assetsKey, type Claim, claimsFile, type SettledClaim, settleClaims, type Verdict } from "../claims/claims";
import { UserError } from "../core/errors";
import { type Spectrum, spectrumOf } from "../linalg/spectrum";
import { Random } from "../core/random";
import { layerMatrix } from "./chapter2";
import type { Chapter } from "./open";

/** Chapters whose claims the conclusion collects. */
const earlierChapters = [2, 3, 4, 5];

/** Where a claim's evidence stands, by the beginning of its identifier. */
const places: [RegExp, string][] = [
  [/^2\.fc-more/, "chapter 2, figures 2-2 and 2-4"],
  [/^2\./, "chapter 2, table 2-1"],
  [/^3\.acc-falls/, "chapter 3, figure 3-1"],
  [/^3\./, "chapter 3, table 3-1"],
  [/^4\.collapse/, "chapter 4, table 4-3"],
  [/^4\.recovery/, "chapter 4, table 4-6 and figure 4-2"],
  [/^4\./, "chapter 4, table 4-1 and figure 4-1"],
  [/^5\.latency/, "chapter 5, table 5-2 and figure 5-1"],
  [/^5\./, "chapter 5, table 5-7 and figures 5-3 and 5-4"],
  [/^6\.spectral/, "chapter 6, table 6-1"],
  [/^6\./, "chapter 4, table 4-1"],
];

/**
 * The claims of chapters 2 to 5, as their last runs left them.
 * @throws UserError if a chapter has not run, or ran on other weights or images than those in use.
 */
export function earlierClaims(chapter: Chapter, fileOf = claimsFile): Claim[] {
  const expected = assetsKey(chapter.assets);
  return earlierChapters.flatMap((number) => {
    const claims = readClaims(fileOf(number), number);
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
    throw new UserError(`chapter ${number} has no results yet: run it first (npm start -- ${number})`);
  }
}

/** A random normal matrix's spectrum, seed 0. */
function randomSpectrum({ rows, columns }: Spectrum): Spectrum {
  const random = new Random(0);
  return spectrumOf(
    Matrix.from1DArray(
      rows,
      columns,
      Float64Array.from({ length: rows * columns }, () => random.normal()),
    ),
  );
}

/** The two layers of chapter 2 beside random matrices of the same shapes. */
export function redundancy(chapter: Chapter): ConclusionEvidence["layers"] {
  return ["layer2.0.conv1", "fc"].map((name) => {
    const spectrum = spectrumOf(layerMatrix(chapter.network, name));
    return { name, spectrum, random: randomSpectrum(spectrum) };
  });
}

/** Rows of table 6-1. */
export function redundancyRows(layers: ConclusionEvidence["layers"]) {
  return layers.map(({ name, spectrum, random }) => ({
    layer: name,
    matrix: `${spectrum.rows} × ${spectrum.columns}`,
    "k95, share of components %": Number(shareOfComponents(spectrum).toFixed(2)),
    "random matrix %": Number(shareOfComponents(random).toFixed(2)),
  }));
}

/** Settles the claims of the conclusion and returns them after the earlier ones. */
export async function settleConclusion(
  chapter: Chapter,
  layers: ConclusionEvidence["layers"],
  earlier: readonly Claim[],
): Promise<SettledClaim[]> {
  return settleClaims(chapter6Claims, { layers, earlier }, chapter.assets);
}

/** Rows of table 6-2: every claim, its verdict, and where its evidence stands. */
export function conclusionRows(claims: readonly Claim[]) {
  return claims.map(({ id, claim, reported, verdict }) => ({
    id,
    claim,
    report: String(reported),
    verdict,
    evidence: places.find(([pattern]) => pattern.test(id))?.[1] ?? "",
  }));
}

const headings: [Verdict, string][] = [
  ["reproduced", "**What holds**"],
  ["refuted", "**What was refuted**"],
  ["differs", "**What came out differently**"],
];

/** The conclusion as Markdown: what holds and what does not, from the verdicts that no clock decides. */
export function conclusionText(all: readonly Claim[]): string {
  const claims = all.filter(({ timed }) => !timed);
  const [{ weights, images }] = claims;
  const sections = headings.flatMap(([verdict, heading]) => {
    const such = claims.filter((claim) => claim.verdict === verdict);
    if (such.length === 0) return [];
    const lines = such.map(({ id, claim, computed }) => `- \`${id}\` ${claim}: ${computed}`);
    return [`${heading} (${such.length} of ${claims.length})\n\n${lines.join("\n")}`];
  });
  return `On ${weights} weights and ${images} images:\n\n${sections.join("\n\n")}`;
}

/** What the clock of this run decides; another run may decide otherwise. */
export function timedConclusion(all: readonly Claim[]): string {
  const claims = all.filter(({ timed }) => timed);
  const sentences = claims.map(({ id, claim, computed, verdict }) => `${id} (${claim}): ${computed}, ${verdict}`);
  return `Decided by the clock, in this run: ${sentences.join("; ")}.`;
}
