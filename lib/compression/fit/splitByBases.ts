import { doubleProducts } from "../../engines/doubleProducts";
import { convOf } from "../../network/layerOf";
import type { Network } from "../../network/network";
import type { RankPlan } from "../../network/rankPlan";
import { replaceNode } from "../../network/rewire";
import type { LayerBases } from "../measure/layerBases";
import { narrowInputs } from "./narrowInputs";
import { projection } from "./reducedRank";
import { splitOf } from "./splitOf";

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
