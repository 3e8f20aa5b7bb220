import { imagesFor, imagesLine, imagesNotes, loadAssets, requireImages } from "../assets/assets";
import type { AssetsInUse } from "../display/banner";
import { stepProgress } from "../display/progress";
import { convOf } from "../network/layerOf";
import { readNetwork } from "../network/resnet";
import type { Loaded } from "./chapterNeeds";

/**
 * The weights and images that the settings name, the network, and the images as it takes them.
 * @param least images that are needed.
 * @throws FileError if a file is missing or damaged, holds no ResNet, or there are fewer images; UserError if a setting is wrong.
 */
export async function load(
  settings: Parameters<typeof loadAssets>[0],
  least: { train: number; test: number },
): Promise<Loaded> {
  const { weights, images } = await loadAssets(settings, stepProgress());
  requireImages(images, least);
  const read = readNetwork(weights.stateDict, weights.file);
  const [, channels] = convOf(read.network, "conv1").weight.shape;
  return { weights, images: imagesFor(channels, images), read };
}

/** "ResNet-50, 1000 classes; entry \"model\"; prefix module. taken off": what was read of a checkpoint, and how. */
export function networkText({ weights, read: { kind, classes, notes } }: Loaded): string {
  const head = classes === undefined ? "no head" : `${classes} ${classes === 1 ? "class" : "classes"}`;
  return [`${kind}, ${head}`, ...weights.notes, ...notes].join("; ");
}

/** What a command works on: a line for the weights and one for the images. */
export function inUse(loaded: Loaded): string {
  const { weights, images } = loaded;
  return [
    `weights: ${weights.provenance}, ${weights.file}, sha256 ${weights.sha256.slice(0, 12)}…: ${networkText(loaded)}`,
    imagesLine(images),
  ].join("\n");
}

/** What a banner shows of it. What network the demo's and the official weights are is known: it is said of others. */
export function shown(loaded: Loaded): AssetsInUse {
  const { weights, images } = loaded;
  return {
    weights: { ...weights, ...(weights.provenance === "custom" && { network: networkText(loaded) }) },
    images: { ...images, notes: imagesNotes(images) },
  };
}
