import { UserError } from "../core/errors";
import type { LabelledFeatures } from "../engines/features";
import { mean } from "../statistics/summary";
import { outcomeOf } from "./collapse";
import { accuracyOf, logitsOf, predictions } from "./evaluate";
import type { Head } from "../network/head";
import { type TrainingOptions, trainHeads } from "./trainHeads";

/** What is trained on, and what a choice is made on meanwhile. */
export interface Split {
  fit: LabelledFeatures;
  validation: LabelledFeatures;
}

/** All that training needs beside the learning rate. */
export type SettingsButRate = Omit<TrainingOptions, "learningRate">;

/** How a learning rate did on the validation images. */
export interface LearningRateTrial {
  learningRate: number;
  /** Mean share classified correctly, over the seeds. */
  accuracy: number;
  /** Seeds that ended with (nearly) one output for every image, or without finite numbers. */
  collapsed: number;
}

/**
 * Labelled features split in their order: the last `share` of them validates.
 * @param share above 0 and below 1, so that both parts hold images.
 * @throws UserError if either part were empty.
 */
export function splitForValidation({ features, labels }: LabelledFeatures, share: number): Split {
  const [count, width] = features.shape;
  const border = Math.floor(count * (1 - share));
  if (!(border > 0 && border < count))
    throw new UserError(
      `validation share ${share} of ${count} images: choose one between 0 and 1 that leaves some for both parts`,
    );
  const part = (from: number, to: number): LabelledFeatures => ({
    features: { shape: [to - from, width], data: features.data.subarray(from * width, to * width) },
    labels: labels.subarray(from, to),
  });
  return { fit: part(0, border), validation: part(border, count) };
}

/**
 * Trains all heads anew at each learning rate, on `fit` alone, and sets them beside each other on `validation`.
 * @param starts one head a seed; they are not changed.
 * @param rates at least one.
 */
export async function tryLearningRates(
  starts: readonly Head[],
  { fit, validation }: Split,
  rates: readonly number[],
  settings: SettingsButRate,
): Promise<LearningRateTrial[]> {
  const trials: LearningRateTrial[] = [];
  for (const learningRate of rates) {
    const { heads, nonFiniteAt } = await trainHeads(starts, fit, { ...settings, learningRate });
    const outputs = heads.map((head) => predictions(logitsOf(head, validation.features)));
    const classes = heads[0][heads[0].length - 1].weight.shape[0];
    const outcomes = outputs.map((predicted, i) => outcomeOf(predicted, classes, nonFiniteAt[i] === undefined));
    trials.push({
      learningRate,
      accuracy: mean(outputs.map((predicted) => accuracyOf(predicted, validation.labels).share)),
      collapsed: outcomes.filter((outcome) => outcome !== "healthy").length,
    });
  }
  return trials;
}

/** The best mean accuracy among the rates at which no seed collapsed; among all of them if every rate has such seeds. */
export function bestStable(trials: readonly LearningRateTrial[]): LearningRateTrial {
  const stable = trials.filter(({ collapsed }) => collapsed === 0);
  return (stable.length > 0 ? stable : trials).reduce((best, trial) => (trial.accuracy > best.accuracy ? trial : best));
}

/** The learning rate of `rates` that is `bestStable` of `tryLearningRates`. @throws UserError if there are no rates. */
export async function chooseLearningRate(
  starts: readonly Head[],
  split: Split,
  rates: readonly number[],
  settings: SettingsButRate,
): Promise<number> {
  if (rates.length === 0) throw new UserError("no learning rates to choose from: give at least one");
  return bestStable(await tryLearningRates(starts, split, rates, settings)).learningRate;
}
