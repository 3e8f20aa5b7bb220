import type { Data } from "plotly.js-dist";
import { rankForVariance, type Spectrum } from "../linalg/spectrum";
import type { Figure, Title } from "./figure";
import { colours, frame, guideLine, note } from "./style";

/** Which layer a spectrum belongs to, and what to put beside it. */
export interface SpectrumCaption {
  number: string;
  /** "middle layer, layer2.0.conv1" and its Persian name. */
  layer: Title;
  source: string;
  /** The official tensor's recorded spectrum, drawn for comparison. */
  official?: Spectrum;
}

const officialName = "official tensor, recorded";
/** Wide, so that it shows under a line or markers that coincide with it. */
const officialLine = { color: colours.recorded, width: 7 };
const indices = (spectrum: Spectrum) => Array.from(spectrum.singularValues, (_, i) => i + 1);

function points(spectrum: Spectrum, values: Float64Array, name: string, colour: string): Data {
  const marker = { color: colour, size: 5 };
  return { type: "scatter", mode: "markers", x: indices(spectrum), y: Array.from(values), name, marker };
}

function line(spectrum: Spectrum, values: Float64Array, name: string, style: { color: string; width: number }): Data {
  return { type: "scatter", mode: "lines", x: indices(spectrum), y: Array.from(values), name, line: style };
}

/** Figures 2-1 and 2-3: each singular value over its index. */
export function scatterOfSingularValues(
  spectrum: Spectrum,
  { number, layer, source, official }: SpectrumCaption,
): Figure {
  const title = {
    english: `Singular values of the ${layer.english}`,
    persian: `نمودار پراکندگی مقادیر منفرد ${layer.persian}`,
  };
  const sigma = spectrum.singularValues;
  const [first, last] = [sigma[0], sigma[sigma.length - 1]].map((value) => Number(value.toPrecision(3)));
  const data = [points(spectrum, sigma, "this run", colours.computed)];
  if (official) data.unshift(line(official, official.singularValues, officialName, officialLine));
  return {
    number,
    title,
    source,
    description: `The ${sigma.length} singular values fall from ${first} to ${last}.`,
    data,
    layout: frame({ number, title, source, xTitle: "index i", yTitle: "singular value σᵢ" }),
  };
}

/** Figures 2-2 and 2-4: share of the variance in the first k components, with the threshold and where it is reached. */
export function cumulativeVariance(
  spectrum: Spectrum,
  threshold: number,
  { number, layer, source, official }: SpectrumCaption,
): Figure {
  const title = {
    english: `Cumulative variance of the ${layer.english}`,
    persian: `نمودار واریانس تجمعی مقادیر منفرد ${layer.persian}`,
  };
  const count = spectrum.singularValues.length;
  const rank = rankForVariance(spectrum, threshold);
  const share = `${((100 * rank) / count).toFixed(2)} %`;
  const percent = `${Number((100 * threshold).toFixed(2))} %`;
  const side = rank < count / 3 ? "left" : "right";
  const layout = frame({ number, title, source, xTitle: "components k", yTitle: "share of the variance" });
  const data = [line(spectrum, spectrum.cumulative, "this run", { color: colours.computed, width: 2 })];
  if (official) {
    const name = `${officialName}: k = ${rankForVariance(official, threshold)}`;
    data.unshift(line(official, official.cumulative, name, officialLine));
  }
  return {
    number,
    title,
    source,
    description: `${rank} of ${count} components (${share}) reach ${percent} of the variance.`,
    data,
    layout: {
      ...layout,
      xaxis: { ...layout.xaxis, range: [0, count] },
      yaxis: { ...layout.yaxis, range: [0, 1.04] },
      shapes: [guideLine({ y: threshold }), guideLine({ x: rank })],
      annotations: [
        ...(layout.annotations ?? []),
        note({ x: 0, y: threshold, text: percent, xanchor: "left", yanchor: "bottom" }),
        note({ x: rank, y: 0.5, text: `k = ${rank} (${share})`, xanchor: side, yanchor: "middle" }),
      ],
    },
  };
}
