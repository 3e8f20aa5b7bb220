import { Matrix } from "ml-matrix";
import { type Svd, svd } from "../linalg/svd";
import type { Tensor } from "../core/tensor";
import { checkRank, requireOneGroup } from "./rankPlan";
import { filtersOf, mixersOf } from "./factorWeights";
import type { Conv } from "./network";

/**
 * Splits a convolution's kernel: a column, height × 1, to `rank` channels, then a row, 1 × width; stride and padding go to
 * the part of their direction. The scheme is the second of Jaderberg et al. 2014; Tai et al. 2016, theorem 1, solve it
 * by the truncated SVD of `spatialUnfolding`: first U_kᵀ, then Σ_k V_kᵀ with the bias.
 * @param rank whole number from 1 to min(in · height, out · width).
 * @param decomposition the SVD of `spatialUnfolding`, where it is known already.
 * @returns convolutions named after the given one with `.0` and `.1` appended.
 * @throws UserError if the rank is out of range.
 */
export function spatialSplit(conv: Conv, rank: number, decomposition?: Svd): [Conv, Conv] {
  requireOneGroup(conv);
  const { name, weight, stride, padding } = conv;
  const [out, inputs, kernelHeight, kernelWidth] = weight.shape;
  checkRank(name, rank, Math.min(inputs * kernelHeight, out * kernelWidth));
  const { u, s, v } = decomposition ?? svd(spatialUnfolding(weight));
  return [
    {
      ...conv,
      name: `${name}.0`,
      weight: filtersOf(u, rank, [inputs, kernelHeight, 1]),
      bias: undefined,
      stride: [stride[0], 1],
      padding: [padding[0], 0],
    },
    {
      ...conv,
      name: `${name}.1`,
      input: `${name}.0`,
      weight: mixersOf(v, rank, [1, kernelWidth], s),
      stride: [1, stride[1]],
      padding: [0, padding[1]],
    },
  ];
}

/** A weight (out, in, height, width) as a matrix (in · height, out · width). */
export function spatialUnfolding({ shape, data }: Tensor): Matrix {
  const [out, inputs, kernelHeight, kernelWidth] = shape;
  const unfolding = new Matrix(inputs * kernelHeight, out * kernelWidth);
  let at = 0;
  for (let o = 0; o < out; o++) {
    for (let row = 0; row < inputs * kernelHeight; row++) {
      for (let x = 0; x < kernelWidth; x++) unfolding.set(row, o * kernelWidth + x, data[at++]);
    }
  }
  return unfolding;
}
