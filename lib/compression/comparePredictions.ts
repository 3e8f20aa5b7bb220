import { type McNemar, mcnemar } from "../statistics/mcnemar";
import {
  type PairedCounts,
  pairedCounts,
  type PairedDifference,
  pairedDifference,
} from "../statistics/pairedDifference";
import { type Accuracy, accuracyOf } from "../training/evaluate";

/** The original network beside the compressed one, on the same images. */
export interface Comparison {
  before: Accuracy;
  after: Accuracy;
  counts: PairedCounts;
  /** Of the shares, before less after: above 0 is what compression costs. */
  drop: PairedDifference;
  mcnemar: McNemar;
}

/** @param before the original's class for each image. @param after the compressed network's. */
export function comparePredictions(before: Int32Array, after: Int32Array, labels: Int32Array): Comparison {
  const counts = pairedCounts(before, after, labels);
  return {
    before: accuracyOf(before, labels),
    after: accuracyOf(after, labels),
    counts,
    drop: pairedDifference(counts),
    mcnemar: mcnemar(counts.onlyFirst, counts.onlySecond),
  };
}

/** Points of top-1 that the compressed network loses. */
export function pointsLost({ drop }: Pick<Comparison, "drop">): number {
  return 100 * drop.difference;
}
