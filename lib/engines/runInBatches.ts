import { sizeOf, type Tensor, tensor } from "../core/tensor";
import type { Engine } from "./engine";
import type { Network } from "../network/network";

const batchSize = 64;

/**
 * Runs a network on inputs of any number, 64 at a time.
 * @param inputs (N, …).
 * @returns the network's outputs, (N, …).
 */
export async function runInBatches(engine: Engine, network: Network, inputs: Tensor): Promise<Tensor> {
  const [count, ...sides] = inputs.shape;
  const size = sizeOf(sides);
  const session = await engine.open(network);
  try {
    let outputs: Tensor | undefined;
    for (let from = 0; from < count; from += batchSize) {
      const to = Math.min(count, from + batchSize);
      const batch = inputs.data.subarray(from * size, to * size);
      const { shape, data } = await session.run({ shape: [to - from, ...sides], data: batch });
      outputs ??= tensor([count, ...shape.slice(1)]);
      outputs.data.set(data, (from * data.length) / (to - from));
    }
    return outputs ?? tensor([0]);
  } finally {
    await session.close();
  }
}
