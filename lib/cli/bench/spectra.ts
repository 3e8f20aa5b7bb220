import { weightMatrix } from "../../linalg/matrix";
import { spectrumOf } from "../../linalg/spectrum";
import type { Network } from "../../network/network";
import { progress } from "../../display/progress";

/** Seconds that the spectrum of one layer's weight matrix takes. */
export interface SpectrumTime {
  layer: string;
  rows: number;
  columns: number;
  seconds: number;
}

/** Times the spectra of all convolutions and linear layers. */
export function timeSpectra(network: Network): SpectrumTime[] {
  const layers = network.nodes.flatMap((node) => (node.kind === "conv" || node.kind === "linear" ? [node] : []));
  const bar = progress("spectra", layers.length);
  const times = layers.map(({ name, weight }, index) => {
    const start = performance.now();
    const { rows, columns } = spectrumOf(weightMatrix(weight));
    const seconds = (performance.now() - start) / 1000;
    bar.update(index + 1);
    return { layer: name, rows, columns, seconds };
  });
  bar.end();
  return times;
}
