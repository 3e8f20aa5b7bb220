import type { LabelledImages } from "../assets/images/cifar10";
import { extractFeatures } from "../engines/features";
import type { Network } from "../network/network";
import type { Tensor } from "../core/tensor";
import type { CompressionOptions } from "./prepareCompression";

/** Features (N, 512) of images through a network, kept on disk by content. @param label names the step. */
export function imageFeatures(
  { engine, weightsSha256, cache, featureFolder, onStep }: CompressionOptions,
  network: Network,
  images: LabelledImages,
  label: string,
): Promise<Tensor> {
  return extractFeatures({
    engine,
    network,
    weightsSha256,
    images,
    onProgress: (done, total) => onStep?.(label, done, total),
    fresh: cache.fresh,
    cacheFolder: featureFolder,
  });
}
