import { imagesInMemory, type LabelledImages } from "../../lib/assets/images/labelledImages";
import type { Engine } from "../../lib/engines/engine";
import type { Network } from "../../lib/network/network";
import { Random } from "../../lib/core/random";
import { tensor } from "../../lib/core/tensor";

/** A network of one layer, for tests of what surrounds an engine; `avgpool` is its only node. */
export const tinyNetwork: Network = { nodes: [{ kind: "globalAveragePool", name: "avgpool", input: "image" }] };

/** Images of random pixels. */
export function randomImages(count: number, seed = 0): LabelledImages {
  const random = new Random(seed);
  const pixels = new Uint8Array(count * 3072);
  for (let i = 0; i < pixels.length; i++) pixels[i] = random.integer(256);
  return imagesInMemory(pixels, [3, 32, 32], new Int32Array(count), String(seed));
}

/** Means of the first two channels of each image, and a record of the batches; each batch may take a while. */
export function countingEngine(batches: number[], milliseconds = 0): Engine {
  const open = async () => ({
    async run({ shape: [count, , high, wide], data }: { shape: number[]; data: Float32Array }) {
      batches.push(count);
      const means = tensor([count, 2]);
      for (let i = 0; i < 2 * count; i++) {
        const start = (Math.floor(i / 2) * 3 + (i % 2)) * high * wide;
        means.data[i] =
          data.subarray(start, start + high * wide).reduce((sum, value) => sum + value, 0) / (high * wide);
      }
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return means;
    },
    close: async () => {},
  });
  return { name: "counting", version: "1", threads: 1, open };
}
