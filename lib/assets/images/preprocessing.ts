/** What is done to images on their way into a network. */
export interface Preprocessing {
  /** Side in pixels to which they are resized. */
  size: number;
  /** Mean and standard deviation of each channel that the network takes, for values in [0, 1]: three, or one of a grey network. */
  mean: readonly number[];
  deviation: readonly number[];
}

/** The report's (its chapter 3): images of 128 × 128, ImageNet's statistics. */
export const reportPreprocessing: Preprocessing = {
  size: 128,
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/** What is done to images, in words. */
export function preprocessingText({ size, mean, deviation }: Preprocessing): string {
  const colours = mean.length === 1 ? "grey" : "RGB";
  const statistics = `normalised with mean ${mean.join(", ")} and standard deviation ${deviation.join(", ")}`;
  return `${colours}, shorter side resized to ${size} bilinear, middle ${size} × ${size}, scaled to 0 … 1, ${statistics}`;
}
