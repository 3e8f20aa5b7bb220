import { UserError } from "../../core/errors";
import { checkRank, narrowingOf, type RankPlan } from "../../network/rankPlan";
import { convOf } from "../../network/layerOf";
import type { Conv, Network, Node } from "../../network/network";
import { pointwise } from "../../network/factorWeights";
import { replaceNode } from "../../network/rewire";
import { tensor } from "../../core/tensor";
import type { InputBasis } from "../measure/layerBases";

/**
 * The network with the inputs of layers narrowed to the plan's input ranks: a 1 × 1 convolution before each, which keeps
 * its name. What is left out is replaced by its mean, in the bias. Outputs stay as they are here.
 * @throws UserError if a rank is out of range, or a layer that is to be narrowed has no basis.
 */
export function narrowInputs(network: Network, plan: RankPlan, bases: ReadonlyMap<string, InputBasis>): Network {
  let result = network;
  for (const [layer, ranks] of plan) {
    if (ranks?.input === undefined) continue;
    const conv = convOf(result, layer);
    const basis = bases.get(layer);
    if (!basis) throw new UserError(`the inputs of ${layer} cannot be narrowed: leave its input rank out`);
    checkRank(`the inputs of ${layer}`, ranks.input, conv.weight.shape[1]);
    result = replaceNode(result, layer, narrowedConv(conv, basis, ranks.input));
  }
  return result;
}

function narrowedConv(conv: Conv, { encode, kernels, means }: InputBasis, rank: number): [Conv, Node] {
  const [out, channels, kernelHeight, kernelWidth] = kernels.shape;
  const places = kernelHeight * kernelWidth;
  const first = tensor([rank, channels], encode.data.slice(0, rank * channels));
  const weight = tensor([out, rank, kernelHeight, kernelWidth]);
  const bias = tensor(
    [out],
    Float32Array.from({ length: out }, (_, o) => conv.bias?.data[o] ?? 0),
  );
  for (let o = 0; o < out; o++) {
    const own = kernels.data.subarray(o * channels * places, (o + 1) * channels * places);
    weight.data.set(own.subarray(0, rank * places), o * rank * places);
    let missing = 0;
    for (let at = rank * places; at < own.length; at++) missing += own[at] * means[Math.floor(at / places)];
    bias.data[o] += missing;
  }
  const name = narrowingOf(conv.name);
  return [pointwise(name, conv.input, first), { ...conv, input: name, weight, bias }];
}
