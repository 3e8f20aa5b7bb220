import { range } from "../../core/tensor";
import type { LabelledFeatures } from "../../engines/features";
import { linearHeads } from "../../network/head";
import { trainHeads } from "../../training/trainHeads";

/**
 * Steps a second of head training in batches of 64, when so many heads train at once; every head makes each step.
 * @param data labels below 10.
 */
export async function stepsPerSecond(heads: number, data: LabelledFeatures, threads: number): Promise<number> {
  const seeds = range(heads);
  const fresh = linearHeads(data.features.shape[1], 10, seeds);
  const train = (epochs: number) =>
    trainHeads(fresh, data, { learningRate: 0.01, momentum: 0.9, batchSize: 64, epochs, seeds, threads });
  await train(1);
  const start = performance.now();
  const { losses } = await train(10);
  return losses[0].length / ((performance.now() - start) / 1000);
}
