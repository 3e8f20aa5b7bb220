import { convOf } from "../../network/convOf";
import type { Conv, Network, Node } from "../../network/network";
import { pointwise } from "../../network/pointwise";
import { replaceNode } from "../../network/rewire";
import { inputRank, narrowingOf } from "../../network/splitRanks";
import { tensor } from "../../core/tensor";
import type { Ranks } from "../measure/calibration";
import type { InputBasis } from "../measure/inputBases";

/**
 * The network with the inputs of layers narrowed as far as their ranks ask for: a 1 × 1 convolution before each, which
 * keeps its name. What is left out is replaced by its mean, in the bias.
 * @param ranks of the layers' outputs, which stay as they are here.
 */
export function narrowInputs(network: Network, ranks: Ranks, bases: ReadonlyMap<string, InputBasis>): Network {
  let result = network;
  for (const [layer, rank] of ranks) {
    const basis = bases.get(layer);
    const conv = convOf(result, layer);
    const narrowed = rank === undefined ? undefined : inputRank(conv, rank);
    if (basis && narrowed !== undefined) result = replaceNode(result, layer, narrowedConv(conv, basis, narrowed));
  }
  return result;
}

function narrowedConv(conv: Conv, { encode, kernels, means }: InputBasis, rank: number): [Conv, Node] {
  const [out, channels, high, wide] = kernels.shape;
  const places = high * wide;
  const first = tensor([rank, channels], encode.data.slice(0, rank * channels));
  const weight = tensor([out, rank, high, wide]);
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
