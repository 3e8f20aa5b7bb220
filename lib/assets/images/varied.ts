import { sha256 } from "../../core/files";
import { Random } from "../../core/random";
import { sizeOf } from "../../core/tensor";
import type { LabelledImages } from "./labelledImages";

/** Share of its side by which an image is shifted at most in each direction: 4 pixels of 32. */
const mostShift = 1 / 8;

/** How an image is changed: pixels down and to the right, and whether left and right change places. */
interface Move {
  down: number;
  right: number;
  mirrored: boolean;
}

/**
 * The images, each mirrored or not and shifted by up to an eighth of its side, at random: the usual augmentation on CIFAR-10
 * (He et al. 2016, arXiv:1512.03385, section 4.2), with mirrored instead of black borders. What a network was trained on it may
 * know by heart; its outputs for these copies are more like those for images that it has not seen. Copies are made as they are read.
 */
export function varied(images: LabelledImages, seed: number): LabelledImages {
  const random = new Random(seed);
  const [, height, width] = images.shape;
  const shift = (side: number) => {
    const most = Math.floor(side * mostShift);
    return random.integer(2 * most + 1) - most;
  };
  const moves = Array.from({ length: images.count }, (): Move => {
    return { down: shift(height), right: shift(width), mirrored: random.integer(2) === 1 };
  });
  const size = sizeOf(images.shape);
  const pixels = (from: number, to: number) => {
    const own = images.pixels(from, to);
    const copies = new Uint8Array(own.length);
    for (let at = 0; at < to - from; at++) {
      const [begin, end] = [at * size, (at + 1) * size];
      copyMoved(own.subarray(begin, end), copies.subarray(begin, end), images.shape, moves[from + at]);
    }
    return copies;
  };
  return { ...images, pixels, sha256: sha256(`${images.sha256}, varied with seed ${seed}`) };
}

function copyMoved(
  from: Uint8Array,
  to: Uint8Array,
  [, height, width]: LabelledImages["shape"],
  { down, right, mirrored }: Move,
): void {
  const columns = Int32Array.from({ length: width }, (_, x) => {
    const column = withinBorders(x + right, width);
    return mirrored ? width - 1 - column : column;
  });
  for (let row = 0; row < to.length / width; row++) {
    const [plane, y] = [Math.floor(row / height), row % height];
    const source = (plane * height + withinBorders(y + down, height)) * width;
    for (let x = 0; x < width; x++) to[row * width + x] = from[source + columns[x]];
  }
}

/** A place beyond the border, reflected at it. */
function withinBorders(at: number, side: number): number {
  return at < 0 ? -at : at >= side ? 2 * (side - 1) - at : at;
}
