import type { LinearWeights, Head } from "../../lib/network/head";
import type { TrainingOptions } from "../../lib/training/trainHeads";
import { tensor } from "../../lib/core/tensor";
import { uniform } from "./matrices";

function linear(seed: number, rows: number, columns: number, biased: boolean): LinearWeights {
  const numbers = (seed: number, ...shape: number[]) => {
    const count = shape.reduce((product, side) => product * side);
    const bound = Math.fround(Math.sqrt(columns));
    return tensor(shape, new Float32Array(new Float32Array(uniform(seed, count)).map((value) => value / bound)));
  };
  return { weight: numbers(seed, rows, columns), ...(biased && { bias: numbers(seed + 1, rows) }) };
}

/** The features, labels, head and order of test/fixtures/record_training.py. `rank` undefined: a plain head. */
export function formulaTraining(images: number, inputs: number, classes: number, rank: number | undefined) {
  const features = tensor([images, inputs], new Float32Array(uniform(50, images * inputs)));
  features.data.forEach((value, i) => {
    features.data[i] = Math.max(value, 0) * 3;
  });
  const head: Head = rank
    ? [linear(62, rank, inputs, false), linear(64, classes, rank, true)]
    : [linear(60, classes, inputs, true)];
  return {
    heads: [head],
    data: {
      features,
      labels: Int32Array.from(uniform(51, images), (value) => Math.floor(((value + 1) / 2) * classes)),
    },
    options: {
      momentum: 0.9,
      epochs: 10,
      seeds: [0],
      threads: 1,
      batchOrder: (_: number, epoch: number) =>
        Uint32Array.from({ length: images }, (_, i) => (25 * i + 7 * epoch) % images),
    } satisfies Partial<TrainingOptions>,
  };
}
