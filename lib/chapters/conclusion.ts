import { Matrix } from "ml-matrix";
import type { Claim, SettledClaim } from "../claims/claims";
import { collectClaims } from "../claims/collectClaims";
import { report } from "../claims/report";
import { settleClaims } from "../claims/settle";
import type { Verdict } from "../claims/verdicts";
import { rankForVariance, type Spectrum, spectrumOf } from "../linalg/spectrum";
import { Random } from "../core/random";
import { layerMatrix, varianceThreshold } from "./chapter2";
import type { Chapter } from "./open";

/** Chapters whose claims the conclusion collects. */
const earlierChapters = [2, 3, 4, 5];

/** The claims of chapters 2 to 5, as their last runs left them. */
export function earlierClaims(chapter: Chapter): Claim[] {
  return collectClaims(chapter, earlierChapters);
}

/** A layer's spectrum beside a random matrix's. */
export interface Redundancy {
  name: string;
  spectrum: Spectrum;
  random: Spectrum;
}

function shareOfComponents(spectrum: Spectrum): number {
  return (100 * rankForVariance(spectrum, varianceThreshold)) / spectrum.singularValues.length;
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
export function redundancy(chapter: Chapter): Redundancy[] {
  return ["layer2.0.conv1", "fc"].map((name) => {
    const spectrum = spectrumOf(layerMatrix(chapter.network, name));
    return { name, spectrum, random: randomSpectrum(spectrum) };
  });
}

/** Rows of table 6-1. */
export function redundancyRows(layers: Redundancy[]) {
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
  layers: Redundancy[],
  earlier: readonly Claim[],
): Promise<SettledClaim[]> {
  return settleClaims(
    { ...chapter, number: 6 },
    {
      layers: layers.map(({ name, spectrum, random }) => ({
        layer: name,
        share: shareOfComponents(spectrum),
        randomShare: shareOfComponents(random),
      })),
      earlier,
    },
  );
}

/** Rows of table 6-2: every claim, its verdict, and where its evidence stands. */
export function conclusionRows(claims: readonly Claim[]) {
  return claims.map(({ id, claim, reported, verdict }) => ({
    id,
    claim,
    report: String(reported),
    verdict,
    evidence: report.claims[id].evidence.english,
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
