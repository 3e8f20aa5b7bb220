import { sha256 } from "../../core/files";
import { Random } from "../../core/random";
import { imageBytes, imageSide as side, type LabelledImages } from "./cifar10";

/** Pixels by which an image is shifted at most in each direction. */
const mostShift = 4;

/**
 * The images, each mirrored or not and shifted by up to 4 pixels, at random: the usual augmentation on CIFAR-10 (He et al.
 * 2016, arXiv:1512.03385, section 4.2), with mirrored instead of black borders. What a network was trained on it may know by
 * heart; its outputs for these copies are more like those for images that it has not seen.
 */
export function varied(images: LabelledImages, seed: number): LabelledImages {
  const random = new Random(seed);
  const pixels = new Uint8Array(images.count * imageBytes);
  const shift = () => random.integer(2 * mostShift + 1) - mostShift;
  for (let image = 0; image < images.count; image++) {
    const own = images.pixels.subarray(image * imageBytes, (image + 1) * imageBytes);
    const target = pixels.subarray(image * imageBytes, (image + 1) * imageBytes);
    copyMoved(own, target, shift(), shift(), random.integer(2) === 1);
  }
  return { ...images, pixels, sha256: sha256(pixels) };
}

function copyMoved(from: Uint8Array, to: Uint8Array, down: number, right: number, mirrored: boolean): void {
  const columns = Array.from({ length: side }, (_, x) => {
    const column = withinBorders(x + right);
    return mirrored ? side - 1 - column : column;
  });
  for (let row = 0; row < imageBytes / side; row++) {
    const [plane, y] = [Math.floor(row / side), row % side];
    const source = (plane * side + withinBorders(y + down)) * side;
    for (let x = 0; x < side; x++) to[row * side + x] = from[source + columns[x]];
  }
}

/** A place beyond the border, reflected at it. */
function withinBorders(at: number): number {
  return at < 0 ? -at : at >= side ? 2 * (side - 1) - at : at;
}
