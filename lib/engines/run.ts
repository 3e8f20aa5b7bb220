import type { LabelledImages } from "../assets/images/labelledImages";
import { preprocess } from "../assets/images/preprocess";
import type { OnProgress } from "../core/progress";
import { sizeOf, type Tensor, tensor } from "../core/tensor";
import type { Network } from "../network/network";
import type { Engine } from "./engine";

const batchSize = 64;

/**
 * Runs a network on inputs of any number, 64 at a time.
 * @param inputs (N, …), or N images, which are preprocessed batch by batch; N ≥ 1.
 * @returns the network's outputs, (N, …).
 */
export async function run(
  network: Network,
  inputs: Tensor | LabelledImages,
  engine: Engine,
  onProgress?: OnProgress,
): Promise<Tensor> {
  const [count, batch] = "pixels" in inputs ? [inputs.count, preprocessed(inputs)] : [inputs.shape[0], slices(inputs)];
  const session = await engine.open(network);
  try {
    let outputs: Tensor | undefined;
    for (let from = 0; from < count; from += batchSize) {
      const to = Math.min(count, from + batchSize);
      const { shape, data } = await session.run(batch(from, to));
      outputs ??= tensor([count, ...shape.slice(1)]);
      outputs.data.set(data, (from * data.length) / (to - from));
      onProgress?.(to, count);
    }
    return outputs ?? tensor([0]);
  } finally {
    await session.close();
  }
}

const preprocessed = (images: LabelledImages) => (from: number, to: number) => preprocess(images, from, to);

function slices({ shape: [, ...sides], data }: Tensor) {
  const size = sizeOf(sides);
  return (from: number, to: number) => tensor([to - from, ...sides], data.subarray(from * size, to * size));
}
