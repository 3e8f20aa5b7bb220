import { predictionCounts } from "./evaluate";

/** How a classifier ended: with different outputs, with (nearly) one class for every image, or without finite numbers. */
export type Outcome = "healthy" | "near-constant" | "constant" | "non-finite";

/** Share of images given one and the same class from which a classifier counts as near-constant. */
const nearConstantShare = 0.95;

/**
 * Tells a collapsed classifier from a working one by the classes that it gives.
 * @param predicted the class given to each image.
 * @param classes number of classes.
 * @param finite whether its weights are finite numbers.
 */
export function outcomeOf(predicted: Int32Array, classes: number, finite: boolean): Outcome {
  if (!finite) return "non-finite";
  const most = Math.max(...predictionCounts(predicted, classes));
  if (most === predicted.length) return "constant";
  return most >= nearConstantShare * predicted.length ? "near-constant" : "healthy";
}
