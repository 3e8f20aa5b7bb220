import type { LabelledImages } from "../assets/images/labelledImages";
import { preprocess } from "../assets/images/preprocess";
import type { Tensor } from "../core/tensor";
import { segmentsOf } from "../network/continueFrom";
import { cutAfter, imageInput, type Network } from "../network/network";
import type { Engine } from "./engine";
import { run } from "./run";

/**
 * What a network makes of images at some of its nodes, one after another in its order. What lies before a segment of it is
 * computed once for all nodes there; a node's values are held in memory, and so are those of the segment's input.
 * @param names of nodes, or `imageInput` for the preprocessed images.
 */
export async function* valuesAt(
  network: Network,
  names: ReadonlySet<string>,
  images: LabelledImages,
  engine: Engine,
): AsyncGenerator<[name: string, values: Tensor]> {
  let input = preprocess(images, 0, images.count);
  if (names.has(imageInput)) yield [imageInput, input];
  for (const segment of segmentsOf(network)) {
    let last: Tensor | undefined;
    for (const { name } of segment.nodes) {
      last = names.has(name) ? await run(cutAfter(segment, name), input, engine) : undefined;
      if (last) yield [name, last];
    }
    input = last ?? (await run(segment, input, engine));
  }
}
