import { join } from "node:path";
import { imageBytes, type LabelledImages } from "../assets/images/cifar10";
import { preprocess } from "../assets/images/preprocess";
import type { Engine, Session } from "./engine";
import { UserError } from "../core/errors";
import { sha256 } from "../core/files";
import { cutAfter, type Network } from "../network/network";
import { buildFolder } from "../core/paths";
import { cacheName, type Origin, readCachedTensor, writeCachedTensor } from "../core/tensorCache";
import { type Tensor, tensor } from "../core/tensor";

const batchSize = 64;

export interface FeatureOptions {
  engine: Engine;
  network: Network;
  /** Of the checkpoint the network comes from. */
  weightsSha256: string;
  images: LabelledImages;
  /** The node whose output is wanted; `avgpool`, 512 features, unless given. */
  node?: string;
  onProgress?: (done: number, total: number) => void;
  /** Compute again even what the cache holds. */
  fresh?: boolean;
  cacheFolder?: string;
}

/**
 * What a network makes of preprocessed images at one of its nodes: (N, 512) at `avgpool`.
 * Kept on disk by content; a damaged or half-written cache file is computed again, and two processes may do so at once.
 * @throws UserError if there are no images; FileError if the cache cannot be written.
 */
export async function extractFeatures(options: FeatureOptions): Promise<Tensor> {
  const { engine, images, node = "avgpool", onProgress } = options;
  if (images.count === 0) throw new UserError("there are no images to extract features from");
  const network = cutAfter(options.network, node);
  const origin = originOf(options, network, node);
  const file = join(options.cacheFolder ?? join(buildFolder, "cache", "features"), cacheName(origin));
  const cached = options.fresh ? undefined : await readCachedTensor(file, origin);
  if (cached) return cached;
  const session = await engine.open(network);
  try {
    const features = await runInBatches(session, images, onProgress);
    await writeCachedTensor(file, origin, features);
    return features;
  } finally {
    await session.close();
  }
}

/**
 * All that the features depend on. The network and the pixels count by content, so that neither surgery nor another
 * choice of images can meet the wrong entry; preprocessing by what it makes of the first image. The engine counts,
 * with its version, since engines agree to 1e-4 only; its threads do not, since they change no bit.
 */
function originOf({ engine, images, weightsSha256 }: FeatureOptions, network: Network, node: string): Origin {
  return {
    weights: weightsSha256,
    network: sha256(
      JSON.stringify(network, (_key, value) => (ArrayBuffer.isView(value) ? sha256(bytesOf(value)) : value)),
    ),
    node,
    images: sha256(images.pixels.subarray(0, images.count * imageBytes)),
    count: images.count,
    preprocessing: sha256(bytesOf(preprocess(images, 0, 1).data)),
    engine: `${engine.name} ${engine.version}`,
  };
}

async function runInBatches(
  session: Session,
  images: LabelledImages,
  onProgress: FeatureOptions["onProgress"],
): Promise<Tensor> {
  let features: Tensor | undefined;
  for (let from = 0; from < images.count; from += batchSize) {
    const to = Math.min(images.count, from + batchSize);
    const output = await session.run(preprocess(images, from, to));
    features ??= tensor([images.count, ...output.shape.slice(1)]);
    features.data.set(output.data, (from * output.data.length) / (to - from));
    onProgress?.(to, images.count);
  }
  return features as Tensor;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
