import type { LinearWeights } from "../../lib/network/head";
import { wilsonInterval } from "../../lib/statistics/proportion";
import { tensor, type Tensor } from "../../lib/core/tensor";
import type { Timing } from "../../lib/engines/time";
import type { Accuracy } from "../../lib/training/evaluate";

/** A matrix as a tensor, (rows, columns). */
export function matrix(...rows: number[][]): Tensor {
  return tensor([rows.length, rows[0].length], Float32Array.from(rows.flat()));
}

/** A layer with these rows of weights. */
export function layer(rows: number[][], bias?: number[]): LinearWeights {
  return { weight: matrix(...rows), ...(bias && { bias: tensor([bias.length], Float32Array.from(bias)) }) };
}

/** Accuracies in per cent, of 10,000 images each. */
export function accuracies(...percents: number[]): Accuracy[] {
  return percents.map((percent) => {
    const correct = Math.round(100 * percent);
    return { correct, total: 10000, share: correct / 10000, ...wilsonInterval(correct, 10000) };
  });
}

/** A timing whose 50 runs all took as long. */
export function timing(ms: number): Timing {
  return {
    name: "made up",
    engine: "made up",
    threads: 1,
    runs: new Array(50).fill(ms),
    mean: ms,
    median: ms,
    usual: ms,
    spread: 0,
    busy: 0,
  };
}
