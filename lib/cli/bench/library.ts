import { range } from "../../core/tensor";
import { progress } from "../../display/progress";
import type { LabelledFeatures } from "../../engines/features";
import { weightMatrix } from "../../linalg/matrix";
import { spectrumOf } from "../../linalg/spectrum";
import { linearHeads } from "../../network/head";
import type { Network } from "../../network/network";
import { trainHeads } from "../../training/trainHeads";

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
  return layers.map(({ name, weight }, index) => {
    const start = performance.now();
    const { rows, columns } = spectrumOf(weightMatrix(weight));
    const seconds = (performance.now() - start) / 1000;
    onProgress(index + 1, layers.length);
    return { layer: name, rows, columns, seconds };
  });
}

/** Steps a second of head training in batches of 64, when so many heads train at once; every head makes each step. */
export async function stepsPerSecond(
  heads: number,
  classes: number,
  data: LabelledFeatures,
  threads: number,
): Promise<number> {
  const seeds = range(heads);
  const fresh = linearHeads(data.features.shape[1], classes, seeds);
  const train = (epochs: number) =>
    trainHeads(fresh, data, { learningRate: 0.01, momentum: 0.9, batchSize: 64, epochs, seeds, threads });
  await train(1);
  const start = performance.now();
  const { losses } = await train(10);
  return losses[0].length / ((performance.now() - start) / 1000);
}
