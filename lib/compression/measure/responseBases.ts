import type { Matrix } from "ml-matrix";
import { doubleProducts } from "../../engines/doubleProducts";
import { leadingEigenvectors } from "../../linalg/subspace";
import { type Network, nodeOf } from "../../network/network";
import { replaceNode } from "../../network/rewire";
import type { Ranks } from "./calibration";
import type { Moments } from "./moments";
import { principalComponents } from "../fit/reducedRank";
import { splitOf } from "../fit/splitOf";

/** Principal components of a layer's answers in the original network. */
export interface ResponseBasis {
  moments: Moments;
  /** All eigenvectors of the answers' covariance as rows, most important first. */
  components: Matrix;
  /** Their variances, descending. */
  variances: Float64Array;
}

/** @param moments of a layer's answers with themselves. */
export function responseBasis(moments: Moments): ResponseBasis {
  const { vectors, values } = leadingEigenvectors(moments.xx, moments.xx.rows);
  return { moments, components: vectors, variances: values };
}

/** Share of the answers' variance that a projection on the first `rank` components loses; 0 for answers that never vary. */
export function energyLost({ variances }: ResponseBasis, rank: number): number {
  const total = variances.reduce((sum, value) => sum + Math.max(0, value), 0);
  const lost = variances.slice(rank).reduceRight((sum, value) => sum + Math.max(0, value), 0);
  return total > 0 ? lost / total : 0;
}

/** The network with its convolutions split by the leading vectors of their bases (Zhang et al. 2015, section 3.1). */
export async function splitByBases(
  network: Network,
  ranks: Ranks,
  bases: ReadonlyMap<string, ResponseBasis>,
  threads: number,
): Promise<Network> {
  const products = await doubleProducts(threads);
  let result = network;
  for (const [layer, rank] of ranks) {
    const basis = bases.get(layer);
    const conv = nodeOf(result, layer);
    if (rank === undefined || !basis || conv.kind !== "conv") continue;
    const map = principalComponents(basis.moments, basis.components, rank);
    result = replaceNode(result, layer, await splitOf(conv, map, products));
  }
  return result;
}
