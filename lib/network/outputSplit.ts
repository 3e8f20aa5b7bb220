import { weightMatrix } from "../linalg/matrix";
import { type Svd, svd } from "../linalg/svd";
import type { Tensor } from "../core/tensor";
import { checkRank, requireOneGroup } from "./rankPlan";
import { filtersOf, mixersOf, pointwise } from "./factorWeights";
import type { Conv } from "./network";

/**
 * Splits a convolution at its output: one of its own kernel, stride and padding to `rank` channels, then a 1 × 1 one to
 * all of them, from the truncated SVD of its weight as a matrix (out, in · height · width): first V_kᵀ as filters, then
 * U_k Σ_k with the bias.
 * Denton et al. 2014, section 3.2, and Zhang et al. 2015, section 3.1, decompose so; no pair of this form is nearer in
 * the Frobenius norm (Eckart & Young 1936).
 * @param rank whole number from 1 to min(out, in · height · width).
 * @param decomposition the SVD of the weight's matrix, where it is known already.
 * @returns convolutions named after the given one with `.0` and `.1` appended.
 * @throws UserError if the rank is out of range.
 */
export function outputSplit(conv: Conv, rank: number, decomposition?: Svd): [Conv, Conv] {
  const [out, ...sides] = conv.weight.shape;
  checkRank(conv.name, rank, Math.min(out, conv.weight.data.length / out));
  const { u, s, v } = decomposition ?? svd(weightMatrix(conv.weight));
  return outputSplitOf(conv, filtersOf(v, rank, sides), mixersOf(u, rank, [1, 1], s));
}

/**
 * The pair of an output split made of given factors.
 * @param conv gives its place: name, input, stride and padding.
 * @param first (rank, in, height, width).
 * @param second (out, rank); axes of length 1 may follow.
 * @param bias (out), of the second.
 */
export function outputSplitOf(
  conv: Conv,
  first: Tensor,
  second: Tensor,
  bias: Tensor | undefined = conv.bias,
): [Conv, Conv] {
  requireOneGroup(conv);
  const { name } = conv;
  return [
    { ...conv, name: `${name}.0`, weight: first, bias: undefined },
    pointwise(`${name}.1`, `${name}.0`, second, bias),
  ];
}
