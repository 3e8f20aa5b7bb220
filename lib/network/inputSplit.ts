import { Matrix } from "ml-matrix";
import { type Svd, svd } from "../linalg/svd";
import type { Tensor } from "../core/tensor";
import { checkRank, requireOneGroup } from "./rankPlan";
import { filtersOf, mixersOf, pointwise } from "./factorWeights";
import type { Conv } from "./network";

/**
 * Splits a convolution at its input: a 1 × 1 one to `rank` channels, then one of its own kernel, stride and padding, from
 * the truncated SVD of the unfolding along its inputs: first U_kᵀ, then Σ_k V_kᵀ as kernels, with the bias.
 * The mirror image of an output split; no pair of this form is nearer in the Frobenius norm (Eckart & Young 1936).
 * @param rank whole number from 1 to min(in, out · height · width).
 * @param decomposition the SVD of `inputUnfolding`, where it is known already.
 * @returns convolutions named after the given one with `.0` and `.1` appended.
 * @throws UserError if the rank is out of range.
 */
export function inputSplit(conv: Conv, rank: number, decomposition?: Svd): [Conv, Conv] {
  requireOneGroup(conv);
  const { name, input, weight } = conv;
  const [, inputs, kernelHeight, kernelWidth] = weight.shape;
  checkRank(name, rank, Math.min(inputs, weight.data.length / inputs));
  const { u, s, v } = decomposition ?? svd(inputUnfolding(weight));
  return [
    pointwise(`${name}.0`, input, filtersOf(u, rank, [inputs])),
    { ...conv, name: `${name}.1`, input: `${name}.0`, weight: mixersOf(v, rank, [kernelHeight, kernelWidth], s) },
  ];
}

/** A weight (out, in, height, width) as a matrix (in, out · height · width). */
export function inputUnfolding({ shape, data }: Tensor): Matrix {
  const [out, inputs, kernelHeight, kernelWidth] = shape;
  const size = kernelHeight * kernelWidth;
  const unfolding = new Matrix(inputs, out * size);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let at = 0; at < size; at++) unfolding.set(i, o * size + at, data[(o * inputs + i) * size + at]);
    }
  }
  return unfolding;
}
