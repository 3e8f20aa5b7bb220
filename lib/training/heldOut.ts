import { firstImages, imagesFrom, type LabelledImages } from "../assets/images/labelledImages";

/** One image in so many, at least one, is held out. */
const share = 10;

/** Training images parted: those that are learnt from, and the last tenth, which only choices are made on. */
export function withoutHeldOut(images: LabelledImages): { learning: LabelledImages; heldOut: LabelledImages } {
  const border = images.count - Math.max(1, Math.floor(images.count / share));
  return { learning: firstImages(images, border), heldOut: imagesFrom(images, border) };
}
