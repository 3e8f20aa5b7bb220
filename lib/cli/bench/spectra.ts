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
  const onProgress = progress("spectra");
  const times = layers.map(({ name, weight }, index) => {
    const start = performance.now();
    const { rows, columns } = spectrumOf(weightMatrix(weight));
    const seconds = (performance.now() - start) / 1000;
    onProgress(index + 1, layers.length);
    return { layer: name, rows, columns, seconds };
  });
  return times;
}
