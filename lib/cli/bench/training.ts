import { Random } from "../../core/random";
import type { Tensor } from "../../core/tensor";
import { freshHead } from "../../training/head";
import { trainHeads } from "../../training/trainHeads";

/**
 * Steps a second of head training in batches of 64, when so many heads train at once; every head makes each step.
 * @param features (N, inputs); labels below 10.
 */
export async function stepsPerSecond(heads: number, features: Tensor, labels: Uint8Array): Promise<number> {
  const epochs = 10;
  const seeds = Array.from({ length: heads }, (_, seed) => seed);
  const fresh = seeds.map((seed) => freshHead(features.shape[1], 10, new Random(seed)));
  const train = (count: number) =>
    trainHeads({ features, labels, heads: fresh, seeds, learningRate: 0.01, epochs: count });
  await train(1);
  const start = performance.now();
  const { losses } = await train(epochs);
  return losses[0].length / ((performance.now() - start) / 1000);
}
