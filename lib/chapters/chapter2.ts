import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Matrix } from "ml-matrix";
import type { SettledClaim } from "../claims/claims";
import { settleClaims } from "../claims/settle";
import type { Title } from "../display/figure";
import {
  conditionNumber,
  fromSingularValues,
  rankForVariance,
  type Spectrum,
  stableRank,
  truncationError,
} from "../linalg/spectrum";
import { weightMatrix } from "../linalg/matrix";
import { type Network, nodeOf } from "../network/network";
import { referenceFolder } from "../core/paths";
import type { Chapter } from "./open";

/** Threshold of the report for k95. */
export const varianceThreshold = 0.95;

/** What the figures call the two layers. */
export const middleLayer: Title = { english: "middle layer, layer2.0.conv1", persian: "لایه میانی" };
export const finalLayer: Title = { english: "final layer, fc", persian: "لایه نهایی" };

/** The spectra of chapter 2's two layers. */
export interface LayerSpectra {
  middle: Spectrum;
  final: Spectrum;
}

/**
 * The weight of a convolution or linear layer as a matrix (out, in · height · width).
 * @throws Error if the node has no weight.
 */
export function layerMatrix(network: Network, name: string): Matrix {
  const node = nodeOf(network, name);
  if (node.kind !== "conv" && node.kind !== "linear") throw new Error(`${name} is a ${node.kind}: it has no weight`);
  return weightMatrix(node.weight);
}

/** The official tensors' spectra, recorded with `data/reference/record-spectra.ts` to 9 digits. */
export function recordedSpectra(): LayerSpectra {
  const recorded = JSON.parse(readFileSync(join(referenceFolder, "official-spectra.json"), "utf8"));
  return {
    middle: fromSingularValues(128, 576, Float64Array.from(recorded["layer2.0.conv1"])),
    final: fromSingularValues(1000, 512, Float64Array.from(recorded.fc)),
  };
}

/** Rows of table 2-1: both layers as in use, then the recorded official spectra. */
export function spectrumRows(middle: Spectrum, final: Spectrum, official: LayerSpectra) {
  const row = (layer: string, spectrum: Spectrum) => {
    const k95 = rankForVariance(spectrum, varianceThreshold);
    return {
      layer,
      matrix: `${spectrum.rows} × ${spectrum.columns}`,
      "singular values": spectrum.singularValues.length,
      k95,
      "share %": Number(((100 * k95) / spectrum.singularValues.length).toFixed(2)),
      "σ₁ / σᵣ": Number(conditionNumber(spectrum).toPrecision(4)),
      "stable rank": Number(stableRank(spectrum).toFixed(2)),
    };
  };
  return [
    row("layer2.0.conv1", middle),
    row("fc", final),
    row("layer2.0.conv1, official, recorded", official.middle),
    row("fc, official, recorded", official.final),
  ];
}

/** Rows of table 2-2: the relative error left when a share of the components is kept. */
export function truncationRows(middle: Spectrum, final: Spectrum) {
  const error = (spectrum: Spectrum, share: number) =>
    Number(truncationError(spectrum, Math.floor(share * spectrum.singularValues.length)).toFixed(4));
  return [0.1, 0.2, 0.3, 0.5, 0.7, 0.9].map((share) => ({
    "kept %": 100 * share,
    "layer2.0.conv1": error(middle, share),
    fc: error(final, share),
  }));
}

/** The chapter's finding about the two layers, from their spectra. */
export function whichLayerCompresses(middle: Spectrum, final: Spectrum): string {
  const share = (spectrum: Spectrum) =>
    (100 * rankForVariance(spectrum, varianceThreshold)) / spectrum.singularValues.length;
  const [first, second] = [share(middle), share(final)].map((value) => `${value.toFixed(2)} %`);
  const verdict =
    share(final) < share(middle)
      ? "By this measure the final layer is the better candidate, as the report says."
      : "By this measure the final layer is **not** the better candidate on these weights, unlike in the report.";
  return `95 % of the variance takes ${first} of the middle layer's components and ${second} of the final layer's. ${verdict} That is a statement about the weights alone: what the network loses is measured in chapters 3 and 5.`;
}

/** Settles the claims of chapter 2 and writes them for the conclusion. */
export function settleChapter2(
  chapter: Chapter,
  spectra: LayerSpectra & { official: LayerSpectra },
): Promise<SettledClaim[]> {
  const { official } = spectra;
  const rank = ({ singularValues, ...spectrum }: Spectrum) => ({
    singularValues,
    rank: rankForVariance({ singularValues, ...spectrum }, varianceThreshold),
  });
  const layer = (name: string, spectrum: Spectrum, recorded: Spectrum) => ({
    layer: name,
    rows: spectrum.rows,
    columns: spectrum.columns,
    ...rank(spectrum),
    official: rank(recorded),
  });
  const layers = [layer("layer2.0.conv1", spectra.middle, official.middle), layer("fc", spectra.final, official.final)];
  return settleClaims({ ...chapter, number: 2 }, { threshold: varianceThreshold, layers });
}
