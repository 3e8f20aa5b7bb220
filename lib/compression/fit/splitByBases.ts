import { tensor } from "../../core/tensor";
import { type DoubleProducts, doubleProducts } from "../../engines/doubleProducts";
import { convOf } from "../../network/layerOf";
import { matrixOf, rowsOf, tensorOf } from "../../linalg/matrix";
import type { Conv, Network } from "../../network/network";
import { outputSplitOf } from "../../network/outputSplit";
import type { RankPlan } from "../../network/rankPlan";
import { replaceNode } from "../../network/rewire";
import type { LayerBases } from "../measure/layerBases";
import { narrowInputs } from "./narrowInputs";
import { type LowRankMap, projection } from "./reducedRank";

/**
 * The network with its convolutions split by the leading vectors of their bases (Zhang et al. 2015, section 3.1), their
 * inputs narrowed where the plan says so.
 * @throws Error if a layer that is to be split has no basis.
 */
export async function splitByBases(
  network: Network,
  plan: RankPlan,
  { outputs, inputs }: LayerBases,
  threads: number,
): Promise<Network> {
  const products = await doubleProducts(threads);
  let result = narrowInputs(network, plan, inputs);
  for (const [layer, ranks] of plan) {
    if (!ranks) continue;
    const basis = outputs.get(layer);
    if (!basis) throw new Error(`no basis of ${layer}'s outputs given`);
    const map = projection(basis.moments, basis.components, ranks.output);
    result = replaceNode(result, layer, await splitOf(convOf(result, layer), map, products));
  }
  return result;
}

/** A convolution followed by a low-rank map of its outputs, as the pair that computes both at once. */
export async function splitOf(
  conv: Conv,
  { project, expand, shift }: LowRankMap,
  products: DoubleProducts,
): Promise<[Conv, Conv]> {
  const [out, ...sides] = conv.weight.shape;
  const filters = await products.ofRows(project, matrixOf(conv.weight).transpose());
  const bias = tensor([out], Float32Array.from(shift));
  const columns = rowsOf(expand);
  rowsOf(project).forEach((row, k) => {
    const constant = conv.bias ? row.reduce((sum, value, i) => sum + value * (conv.bias?.data[i] ?? 0), 0) : 0;
    for (let i = 0; i < out; i++) bias.data[i] += columns[k][i] * constant;
  });
  return outputSplitOf(conv, tensorOf(filters, [project.rows, ...sides]), tensorOf(expand.transpose()), bias);
}
