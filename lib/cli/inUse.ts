import type { AssetsInUse } from "../display/banner";
import type { Loaded } from "./chapterNeeds";

/** "ResNet-50, 1000 classes; entry \"model\"; prefix module. taken off": what was read of a checkpoint, and how. */
function networkText({ weights, read: { kind, classes, notes } }: Loaded): string {
  const head = classes === undefined ? "no head" : `${classes} ${classes === 1 ? "class" : "classes"}`;
  return [`${kind}, ${head}`, ...weights.notes, ...notes].join("; ");
}

/** What a command works on: a line for the weights and one for the images. */
export function inUse(loaded: Loaded): string {
  const { weights, images } = loaded;
  return [
    `weights: ${weights.provenance}, ${weights.file}, sha256 ${weights.sha256.slice(0, 12)}…: ${networkText(loaded)}`,
    `images: ${images.provenance}, ${images.folder}, ${images.train.count} to learn from, ${images.test.count} to test on`,
  ].join("\n");
}

/** What a banner shows of it. What network the demo's and the official weights are is known: it is said of others. */
export function shown(loaded: Loaded): AssetsInUse {
  const { weights, images } = loaded;
  return { images, weights: { ...weights, ...(weights.provenance === "custom" && { network: networkText(loaded) }) } };
}
