import type { Assets } from "../../assets/assets";
import { firstImages } from "../../assets/images/labelledImages";
import { ownHead } from "../../compression/prepareCompression";
import type { Engine } from "../../engines/engine";
import { run } from "../../engines/run";
import type { Network } from "../../network/network";
import { accuracyOf, predictions } from "../../training/evaluate";

/** Test images that are looked at: enough to tell a trained head from a guess. */
const count = 500;

/** Share of what lies between guessing and knowing below which a head is taken to do no better than guessing. */
const little = 0.1;

/**
 * What a checkpoint's own head scores before anything is done to it, with a warning where it hardly does better than guessing.
 * @returns no line where it has no head of as many classes as the images.
 */
export async function asRead(
  network: Network,
  { test, classNames }: Assets["images"],
  engine: Engine,
): Promise<string[]> {
  const classes = classNames.length;
  if (!ownHead(network, classes)) return [];
  const images = firstImages(test, count);
  const { share } = accuracyOf(predictions(await run(network, images, engine)), images.labels);
  const percent = (value: number) => (100 * value).toFixed(1);
  const line = `as read: ${percent(share)} % top-1 of the first ${images.count} test images`;
  const guess = 1 / classes;
  if (share >= guess + little * (1 - guess)) return [line];
  const warning = `guessing gives ${percent(guess)} %: was it trained on images of another size, mean or standard deviation (--size, --mean, --std), or with the classes in another order?`;
  return [line, `warning: ${warning}`];
}
