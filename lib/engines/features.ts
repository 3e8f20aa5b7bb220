import { contentKey, type LabelledImages } from "../assets/images/labelledImages";
import { preprocess } from "../assets/images/preprocess";
import { type Cache, cached } from "../core/cache";
import { UserError } from "../core/errors";
import type { OnProgress } from "../core/progress";
import type { Tensor } from "../core/tensor";
import { cutAfter, type Network } from "../network/network";
import type { Engine } from "./engine";
import { run } from "./run";

/** What a head learns from or is scored on: features (N, inputs) and the class of each, (N). */
export interface LabelledFeatures {
  features: Tensor;
  labels: Int32Array;
}

/**
 * What a network makes of images at one of its nodes: (N, channels) at a ResNet's `avgpool`. Kept on disk by content.
 * @throws UserError if there are no images; FileError if the cache cannot be written.
 */
export async function features(
  network: Network,
  images: LabelledImages,
  engine: Engine,
  { node = "avgpool", cache, onProgress }: { node?: string; cache: Cache; onProgress?: OnProgress },
): Promise<LabelledFeatures> {
  if (images.count === 0) throw new UserError("0 images to extract features from: choose at least one");
  const cut = cutAfter(network, node);
  // All that the features depend on. Preprocessing counts by what it makes of the first image too; the engine with its
  // version, since engines agree to 1e-4 only; its threads do not, since they change no bit.
  const origin = {
    network: cut,
    images: contentKey(images),
    preprocessed: preprocess(images, 0, 1),
    engine: `${engine.name} ${engine.version}`,
  };
  let computed = false;
  const found = await cached("features", origin, cache, () => {
    computed = true;
    return run(cut, images, engine, onProgress);
  });
  // What was there already is done as well.
  if (!computed) onProgress?.(images.count, images.count);
  return { features: found, labels: images.labels.subarray(0, images.count) };
}
