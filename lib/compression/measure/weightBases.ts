import { type DoubleProducts, doubleProducts } from "../../engines/doubleProducts";
import { matrixOf } from "../../linalg/matrix";
import { leadingEigenvectors } from "../../linalg/subspace";
import { convOf } from "../../network/convOf";
import type { Network } from "../../network/network";
import type { ResponseBasis } from "./responseBases";

/**
 * As responseBases, of the weights instead of the answers: the left singular vectors of each layer's weight matrix
 * (out, in · height · width), as eigenvectors of W Wᵀ. A split by them is the truncated SVD (Eckart & Young 1936), since
 * U_k U_kᵀ W = U_k Σ_k V_kᵀ. The bias stands for the means, so that a split keeps it as it is.
 */
export async function weightBases(
  network: Network,
  layers: Iterable<string>,
  threads: number,
): Promise<Map<string, ResponseBasis>> {
  const products = await doubleProducts(threads);
  const bases = new Map<string, ResponseBasis>();
  for (const layer of layers) bases.set(layer, await basisOf(network, layer, products));
  return bases;
}

async function basisOf(network: Network, layer: string, products: DoubleProducts): Promise<ResponseBasis> {
  const { weight, bias } = convOf(network, layer);
  const [out] = weight.shape;
  const columns = weight.data.length / out;
  const rows = matrixOf(weight);
  const gram = await products.ofRows(rows, rows);
  const { vectors, values } = leadingEigenvectors(gram, out);
  const mean = bias ? Float64Array.from(bias.data) : new Float64Array(out);
  const energy = gram.trace();
  const moments = { count: columns, meanX: mean, meanY: mean, xx: gram, yx: gram, energy };
  return { moments, components: vectors, variances: values };
}

/**
 * Bases whose splits keep the mean of every answer (Nagel et al. 2019, arXiv:1906.04721, section 4.2, bias correction, here
 * with means measured on images instead of read off batch norms): the weights' directions, the answers' means.
 */
export function biasCorrected(
  weights: ReadonlyMap<string, ResponseBasis>,
  responses: ReadonlyMap<string, ResponseBasis>,
): Map<string, ResponseBasis> {
  return new Map(
    [...weights].map(([layer, basis]) => [
      layer,
      { ...basis, moments: responses.get(layer)?.moments ?? basis.moments },
    ]),
  );
}
