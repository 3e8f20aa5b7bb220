import type { Matrix } from "ml-matrix";
import { normalTensor } from "../core/random";
import { tensor } from "../core/tensor";
import { matrixOfRows } from "../linalg/matrix";
import type { Svd } from "../linalg/svd";
import { checkRank, type LayerRanks, type RankPlan, narrowingOf } from "../network/rankPlan";
import { convOf } from "../network/layerOf";
import { filtersOf, pointwise } from "../network/factorWeights";
import type { Conv, Network } from "../network/network";
import { outputSplit } from "../network/outputSplit";
import { replaceNode } from "../network/rewire";
import { mostInt8 } from "./quantize/grid";
import { convolutionsOf, quantizedValues, quantizeNetwork } from "./quantize/quantizeNetwork";

/** Numbers that are drawn, then used in turn: drawing millions would take seconds. A prime, so that no row repeats one. */
const drawn = 4093;

/**
 * Factors of the shapes that the SVD of a (rows, columns) matrix has at a rank, with random numbers: what is split by them
 * takes the time of a real split, which does not depend on the numbers, and needs no SVD. They keep values of the size
 * they have, so that none become denormal, which would take longer.
 */
export function placeholderSvd({ rows, columns }: Pick<Matrix, "rows" | "columns">, rank: number): Svd {
  const normals = normalTensor([drawn], rank).data;
  let next = 0;
  const factor = (height: number, std: number) => {
    const row = () => {
      const numbers = new Float64Array(rank);
      for (let k = 0; k < rank; k++) numbers[k] = std * normals[next++ % drawn];
      return numbers;
    };
    return matrixOfRows(Array.from({ length: height }, row));
  };
  const [u, v] = [factor(rows, 1 / Math.sqrt(rank)), factor(columns, 1 / Math.sqrt(columns))];
  return { u, s: new Float64Array(rank).fill(1), v };
}

/**
 * The network with convolutions split as the plan says, into placeholder factors.
 * @throws Error if a layer is no convolution of the network; UserError if a rank is out of range.
 */
export function placeholderSplits(network: Network, plan: RankPlan): Network {
  let split = network;
  for (const [layer, ranks] of plan) {
    if (ranks) split = replaceNode(split, layer, placeholderSplit(convOf(network, layer), ranks));
  }
  return split;
}

function placeholderSplit(conv: Conv, { output, input }: LayerRanks): Conv[] {
  const [out, inputs, ...sides] = conv.weight.shape;
  if (input === undefined) return splitAt(conv, output);
  checkRank(`the inputs of ${conv.name}`, input, inputs);
  const { v } = placeholderSvd({ rows: 1, columns: inputs }, input);
  const narrowing = pointwise(narrowingOf(conv.name), conv.input, filtersOf(v, input, [inputs]));
  return [narrowing, ...splitAt({ ...conv, input: narrowing.name, weight: tensor([out, input, ...sides]) }, output)];
}

function splitAt(conv: Conv, rank: number): Conv[] {
  const [out] = conv.weight.shape;
  return outputSplit(conv, rank, placeholderSvd({ rows: out, columns: conv.weight.data.length / out }, rank));
}

/** The network with its convolutions in int8, over made-up ranges: time does not depend on them either. */
export function placeholderInt8(network: Network, layers: ReadonlySet<string> = convolutionsOf(network)): Network {
  const kinds = new Map(network.nodes.map(({ name, kind }) => [name, kind]));
  const range = (name: string) => ({ low: kinds.get(name) === "relu" ? 0 : -4, high: 4 });
  const ranges = new Map([...quantizedValues(network, layers)].map((name) => [name, range(name)]));
  return quantizeNetwork(network, ranges, { layers, mostWeight: mostInt8 });
}
