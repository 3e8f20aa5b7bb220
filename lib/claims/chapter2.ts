import { type ClaimRule, notComputed } from "./claims";
import { report } from "./report";

/** Singular values (descending) of a tensor, and how many of them carry the share of the variance asked for. */
interface Rank {
  singularValues: ArrayLike<number>;
  rank: number;
}

/** A layer's weight as a matrix (rows, columns). */
export interface LayerSpectrum extends Rank {
  layer: string;
  rows: number;
  columns: number;
  /** The recorded spectrum of the official tensor, where there is one. */
  official?: Rank;
}

/** What chapter 2 measures. */
export interface SpectraEvidence {
  /** Share of the variance behind the ranks. */
  threshold: number;
  layers: readonly LayerSpectrum[];
}

/** Whether two spectra are those of the same tensor: every σ within 0.1 % of the largest one. */
export function sameSpectrum(first: ArrayLike<number>, second: ArrayLike<number>): boolean {
  const near = (value: number, i: number) => Math.abs(value - second[i]) <= 1e-3 * second[0];
  return first.length === second.length && Array.from(first).every(near);
}

const share = ({ rank, singularValues }: Rank) => (100 * rank) / singularValues.length;
const rankText = (spectrum: Rank) => `${spectrum.rank} (${share(spectrum).toFixed(2)} %)`;
const isOfficial = ({ singularValues, official }: LayerSpectrum) =>
  official !== undefined && sameSpectrum(singularValues, official.singularValues);

const find = ({ layers }: SpectraEvidence, name: string) => layers.find(({ layer }) => layer === name);

/** A number or shape that ResNet-18 has whatever its weights. */
function shapeRule(
  id: string,
  layer: string,
  of: (found: LayerSpectrum) => string | number,
): ClaimRule<SpectraEvidence> {
  return {
    id,
    rule: "reproduced if equal (of a matrix the report prints the transpose); else differs, or not comparable on custom weights, which may be another network's",
    mustHold: true,
    judge: (evidence, { weights }) => {
      const found = find(evidence, layer);
      if (!found) return notComputed;
      const computed = of(found);
      if (computed === report.claims[id].reported) return { computed, verdict: "reproduced" };
      return { computed, verdict: weights === "custom" ? "not comparable" : "differs" };
    },
  };
}

function rankRule(id: string, layer: string): ClaimRule<SpectraEvidence> {
  return {
    id,
    rule: "comparable if every σ lies within 0.1 % of σ₁ of the recorded official spectrum; then reproduced if equal, else differs",
    mustHold: true,
    judge: (evidence) => {
      const found = find(evidence, layer);
      if (!found) return notComputed;
      const computed = rankText(found);
      if (!isOfficial(found)) {
        const recorded = found.official ? `, whose recorded spectrum gives ${rankText(found.official)}` : "";
        return { computed, verdict: "not comparable", note: `another tensor than the official one${recorded}` };
      }
      const verdict = computed === report.claims[id].reported ? "reproduced" : "differs";
      return { computed, verdict, note: "the official tensor's spectrum" };
    },
  };
}

const middle = "layer2.0.conv1";
const final = "fc";

const compressibleRule: ClaimRule<SpectraEvidence> = {
  id: "2.fc-more-compressible",
  rule: "comparable if both spectra are the official ones; then reproduced if fc's share is smaller, else refuted",
  judge: (evidence) => {
    const [first, last] = [find(evidence, middle), find(evidence, final)];
    if (!first || !last) return notComputed;
    const smaller = share(last) < share(first);
    const computed = `${share(last).toFixed(2)} % ${smaller ? "<" : "≥"} ${share(first).toFixed(2)} %`;
    if (!isOfficial(first) || !isOfficial(last))
      return { computed, verdict: "not comparable", note: "other tensors than the official ones" };
    const note = "a smaller share of variance kept; whether accuracy follows is asked in chapters 3 and 5";
    return { computed, verdict: smaller ? "reproduced" : "refuted", note };
  },
};

/** The claims of the report's chapter 2. */
export const chapter2Claims: ClaimRule<SpectraEvidence>[] = [
  ...Object.entries({ middle, fc: final }).flatMap(([name, layer]) => [
    shapeRule(`2.${name}.shape`, layer, ({ rows, columns }) => `${rows} × ${columns}`),
    shapeRule(`2.${name}.count`, layer, ({ singularValues }) => singularValues.length),
    rankRule(`2.${name}.k95`, layer),
  ]),
  compressibleRule,
];
