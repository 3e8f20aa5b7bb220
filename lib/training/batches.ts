import { Random } from "../core/random";

/** The order in which a head sees the images of an epoch, counted from 0: a permutation of 0 … N−1. */
export type BatchOrder = (head: number, epoch: number) => Uint32Array;

/** Each head shuffles the images anew every epoch, by a generator of its own. */
export function shuffled(seeds: readonly number[], count: number): BatchOrder {
  const generators = seeds.map((seed) => new Random(seed));
  return (head) => generators[head].permutation(count);
}

/** The images of one step: for each head as many, (heads, size). */
export interface Batch {
  rows: Int32Array;
  size: number;
}

/** The batches of all epochs; the last of an epoch may be smaller. */
export function* batches(
  heads: number,
  count: number,
  size: number,
  epochs: number,
  order: BatchOrder,
): Generator<Batch> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    const orders = Array.from({ length: heads }, (_, head) => order(head, epoch));
    for (let from = 0; from < count; from += size) {
      const to = Math.min(from + size, count);
      const rows = new Int32Array(heads * (to - from));
      orders.forEach((images, head) => {
        rows.set(images.subarray(from, to), head * (to - from));
      });
      yield { rows, size: to - from };
    }
  }
}
