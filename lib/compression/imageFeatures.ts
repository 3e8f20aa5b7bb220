import type { LabelledImages } from "../assets/images/cifar10";
import { features } from "../engines/features";
import type { Network } from "../network/network";
import type { Tensor } from "../core/tensor";
import type { CompressionOptions } from "./prepareCompression";

/** Features (N, 512) of images through a network, kept on disk by content. @param label names the step. */
export async function imageFeatures(
  { engine, cache, onStep }: CompressionOptions,
  network: Network,
  images: LabelledImages,
  label: string,
): Promise<Tensor> {
  const onProgress = (done: number, total: number) => onStep?.(label, done, total);
  const data = await features(network, images, engine, { cache, onProgress });
  return data.features;
}
