import { timesTransposed, weightMatrix } from "../linalg/matrix";
import { type Svd, svd } from "../linalg/svd";
import { checkRank, requireOneGroup } from "./rankPlan";
import { filtersOf, mixersOf, pointwise } from "./factorWeights";
import { inputUnfolding } from "./inputSplit";
import type { Conv } from "./network";

/** The SVDs of a weight's two unfoldings along its channels. */
export interface ChannelSvds {
  /** Of `inputUnfolding`, (in, out · height · width). */
  input: Svd;
  /** Of `weightMatrix`, (out, in · height · width). */
  output: Svd;
}

/**
 * Splits a convolution at both ends (Kim et al. 2016): 1 × 1 to `rIn` channels, one of its own kernel,
 * stride and padding to `rOut`, 1 × 1 to all outputs with the bias.
 * The channels' bases are those of the truncated higher-order SVD (De Lathauwer et al. 2000): the leading left singular
 * vectors of either unfolding; the core is the weight in these bases. Its squared error is at most that of the two
 * truncations together, so at most twice the best.
 * @param ranks [rIn, rOut], whole numbers from 1 to the ranks that an input and an output split may have.
 * @param decompositions the SVDs of both unfoldings, where they are known already.
 * @returns convolutions named after the given one with `.0`, `.1` and `.2` appended.
 * @throws UserError if a rank is out of range.
 */
export function tucker2(
  conv: Conv,
  [rIn, rOut]: readonly [number, number],
  decompositions?: ChannelSvds,
): [Conv, Conv, Conv] {
  requireOneGroup(conv);
  const { name, input, weight, bias } = conv;
  const [out, inputs, kernelHeight, kernelWidth] = weight.shape;
  checkRank(`the inputs of ${name}`, rIn, Math.min(inputs, weight.data.length / inputs));
  checkRank(`the outputs of ${name}`, rOut, Math.min(out, weight.data.length / out));
  const { input: along, output } = decompositions ?? {
    input: svd(inputUnfolding(weight)),
    output: svd(weightMatrix(weight)),
  };
  // In the basis of its outputs the weight is Σ Vᵀ.
  const reduced = filtersOf(output.v, rOut, [inputs, kernelHeight, kernelWidth]);
  const basis = along.u.subMatrix(0, inputs - 1, 0, rIn - 1);
  const core = timesTransposed(inputUnfolding(reduced).transpose(), basis.transpose());
  for (let row = 0; row < core.rows; row++) core.mulRow(row, output.s[Math.floor(row / (kernelHeight * kernelWidth))]);
  return [
    pointwise(`${name}.0`, input, filtersOf(along.u, rIn, [inputs])),
    {
      ...conv,
      name: `${name}.1`,
      input: `${name}.0`,
      weight: mixersOf(core, rIn, [kernelHeight, kernelWidth]),
      bias: undefined,
    },
    pointwise(`${name}.2`, `${name}.1`, mixersOf(output.u, rOut, [1, 1]), bias),
  ];
}
