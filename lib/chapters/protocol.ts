import { firstImages, type LabelledImages } from "../assets/images/cifar10";
import { features, type LabelledFeatures } from "../engines/features";
import { progress } from "../display/progress";
import type { Chapter } from "./open";

/** The settings of the report's chapters 3 and 4 (its text and its author's published notebook). */
export const protocol = {
  trainImages: 1024,
  testImages: 512,
  batchSize: 64,
  learningRate: 0.1,
  momentum: 0.9,
  baseBatches: 10,
  recoveryEpochs: 3,
  keeps: [0.5, 0.2],
  classes: 10,
  imageShape: [3, 128, 128],
} as const;

/** The report fixed no seed, so every accuracy here is a distribution over these. */
export const seeds: readonly number[] = Array.from({ length: 40 }, (_, seed) => seed);

/** What the heads of chapters 3 and 4 learn from and are scored on. */
export interface HeadTask {
  train: LabelledFeatures;
  test: LabelledFeatures;
}

/**
 * Features of the report's images: the first 1024 training and the first 512 test images, in file order,
 * through the frozen backbone up to the global average pool. Cached by content.
 * @throws UserError if the image files hold fewer images than that.
 */
export async function headTask(chapter: Chapter): Promise<HeadTask> {
  const { train, test } = chapter.assets.images;
  return {
    train: await featuresOf(
      chapter,
      `the first ${protocol.trainImages} training images`,
      firstImages(train, protocol.trainImages),
    ),
    test: await featuresOf(
      chapter,
      `the first ${protocol.testImages} test images`,
      firstImages(test, protocol.testImages),
    ),
  };
}

/** Features of all test images there are, for more certainty than 512 give. Cached by content. */
export function allTestFeatures(chapter: Chapter): Promise<LabelledFeatures> {
  const { test } = chapter.assets.images;
  return featuresOf(chapter, `all ${test.count} test images`, test);
}

async function featuresOf(chapter: Chapter, label: string, images: LabelledImages): Promise<LabelledFeatures> {
  const bar = progress(`features of ${label}`, images.count);
  const cache = { fresh: chapter.fresh };
  const data = await features(chapter.network, images, chapter.engine, { cache, onProgress: bar.update });
  bar.end();
  return data;
}
