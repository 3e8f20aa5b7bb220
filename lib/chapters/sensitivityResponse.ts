import { firstImages } from "../assets/images/cifar10";
import { preprocess } from "../assets/images/preprocess";
import { run } from "../engines/run";
import type { Svd } from "../linalg/svd";
import { withLowRankLayer } from "../network/lowRank";
import { cutAfter, imageInput, inputsOf, type Network, nodeOf } from "../network/network";
import { rewired } from "../network/rewire";
import { type Tensor, tensor } from "../core/tensor";
import type { Chapter } from "./open";

/** Training images over which a layer's own outputs are compared. */
export const calibrationImages = 32;

/**
 * ‖Y − Y_k‖ / ‖Y‖ of a layer's outputs for each rank, given the first training images' true inputs to it: the error that
 * Zhang et al. 2015, section 3.1, minimise, here of the plain truncated SVD.
 * @param network with the layer uncompressed.
 * @param decomposition the SVD of the layer's weight matrix.
 */
export async function responseErrors(
  { assets, engine }: Chapter,
  network: Network,
  name: string,
  ranks: readonly number[],
  decomposition: Svd,
): Promise<Tensor> {
  const layer = nodeOf(network, name);
  const [input] = inputsOf(layer);
  const images = firstImages(assets.images.train, calibrationImages);
  const pixels = preprocess(images, 0, images.count);
  const inputs = input === imageInput ? pixels : await run(cutAfter(network, input), pixels, engine);
  const alone: Network = { nodes: [rewired(layer, input, imageInput)] };
  const outputs = await run(alone, inputs, engine);
  const errors = tensor([ranks.length]);
  for (const [i, rank] of ranks.entries()) {
    const compressed = withLowRankLayer(alone, name, rank, decomposition);
    errors.data[i] = relativeError(outputs, await run(compressed, inputs, engine));
  }
  return errors;
}

/** ‖a − b‖ / ‖a‖. */
export function relativeError(a: Tensor, b: Tensor): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    difference += (a.data[i] - b.data[i]) ** 2;
    norm += a.data[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}
