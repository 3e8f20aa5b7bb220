import { checkRank } from "../network/checkRank";
import { convOf } from "../network/convOf";
import type { Conv, Network } from "../network/network";
import { outputSplitOf } from "../network/outputSplit";
import { pointwise } from "../network/pointwise";
import { replaceNode } from "../network/rewire";
import { inputRank, narrowingOf } from "../network/splitRanks";
import { Random } from "../core/random";
import { sizeOf, tensor } from "../core/tensor";

/**
 * The network with convolutions split at their outputs, their inputs narrowed, into factors of the right shapes but made-up numbers: it takes the
 * time of the compressed network, which does not depend on the numbers, and needs no SVD.
 * @param ranks of the layers to split, from 1 to the number of its outputs; undefined leaves a layer as it is.
 * @throws Error if a layer is no convolution of the network; UserError if a rank is out of range.
 */
export function madeUpSplits(network: Network, ranks: ReadonlyMap<string, number | undefined>): Network {
  let split = network;
  for (const [layer, rank] of ranks) {
    if (rank !== undefined) split = replaceNode(split, layer, madeUpSplit(convOf(network, layer), rank));
  }
  return split;
}

/** The layer's own first filters, then random numbers that keep values of their size, so that none become denormal. */
function madeUpSplit(conv: Conv, rank: number): Conv[] {
  const [out, inputs, ...sides] = conv.weight.shape;
  checkRank(conv.name, rank, out);
  const random = new Random(rank);
  const narrowed = inputRank(conv, rank);
  const shape = [rank, narrowed ?? inputs, ...sides];
  const deviation = 1 / Math.sqrt(rank);
  const first = conv.weight.data.slice(0, sizeOf(shape));
  const second = Float32Array.from({ length: out * rank }, () => deviation * random.normal());
  const split = (of: Conv) => outputSplitOf(of, tensor(shape, first), tensor([out, rank], second));
  if (narrowed === undefined) return split(conv);
  const narrowing = Float32Array.from({ length: narrowed * inputs }, () => random.normal() / Math.sqrt(narrowed));
  const name = narrowingOf(conv.name);
  return [pointwise(name, conv.input, tensor([narrowed, inputs], narrowing)), ...split({ ...conv, input: name })];
}
