import type { Matrix } from "ml-matrix";
import { matrixOfRows } from "../../linalg/matrix";
import type { Tensor } from "../../core/tensor";

/**
 * How alike a layer's inputs are at two places of its kernel, from 1 for the same place on: the correlation over images and
 * positions, covariances summed over all channels.
 * @param inputs (N, channels, H, W).
 * @param means of the channels.
 * @param sides height and width of the kernel.
 * @returns (height · width, height · width).
 */
export function offsetCorrelations(
  inputs: Tensor,
  means: Float64Array,
  [kernelHeight, kernelWidth]: readonly number[],
): Matrix {
  const own = covarianceAt(inputs, means, 0, 0);
  const known = Array.from({ length: kernelHeight * kernelWidth }, (_, at) => {
    const [down, right] = [Math.floor(at / kernelWidth), at % kernelWidth];
    return at === 0 || !(own > 0) ? Number(at === 0) : covarianceAt(inputs, means, down, right) / own;
  });
  const places = [...known.keys()];
  const offset = (p: number, q: number) =>
    Math.abs(Math.floor(p / kernelWidth) - Math.floor(q / kernelWidth)) * kernelWidth +
    Math.abs((p % kernelWidth) - (q % kernelWidth));
  return matrixOfRows(places.map((p) => Float64Array.from(places, (q) => known[offset(p, q)])));
}

/** Mean product of numbers that lie so far from each other; 0 if no two do. */
function covarianceAt({ shape, data }: Tensor, means: Float64Array, down: number, right: number): number {
  const [images, channels, height, width] = shape;
  let [sum, count] = [0, 0];
  for (let map = 0; map < images * channels; map++) {
    const mean = means[map % channels];
    for (let y = 0; y + down < height; y++) {
      const from = (map * height + y) * width;
      const to = from + down * width + right;
      for (let x = 0; x + right < width; x++) sum += (data[from + x] - mean) * (data[to + x] - mean);
      count += Math.max(0, width - right);
    }
  }
  return count > 0 ? sum / count : 0;
}
