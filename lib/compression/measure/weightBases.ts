import { Matrix } from "ml-matrix";
import { type DoubleProducts, doubleProducts } from "../../engines/doubleProducts";
import { matrixOf } from "../../linalg/matrix";
import { leadingEigenvectors } from "../../linalg/subspace";
import { convOf } from "../../network/layerOf";
import type { Conv, Network } from "../../network/network";
import { inputBasis, isNarrowable } from "./inputBasis";
import type { InputBasis, LayerBases, OutputBasis } from "./layerBases";

/**
 * As responseBases, by the weights alone, with no image. A split by them is the truncated SVD (Eckart & Young 1936) of the
 * weight matrix (out, in · height · width); inputs narrowed by them are that of the unfolding along the inputs.
 */
export async function weightBases(network: Network, layers: Iterable<string>, threads: number): Promise<LayerBases> {
  const products = await doubleProducts(threads);
  const outputs = new Map<string, OutputBasis>();
  const inputs = new Map<string, InputBasis>();
  for (const layer of layers) {
    const conv = convOf(network, layer);
    outputs.set(layer, await outputsByWeight(conv, products));
    if (isNarrowable(conv)) inputs.set(layer, await inputsByWeight(conv, products));
  }
  return { outputs, inputs };
}

/**
 * The left singular vectors of a layer's weight matrix as eigenvectors of W Wᵀ: U_k U_kᵀ W = U_k Σ_k V_kᵀ. The bias stands
 * for the means, so that a split keeps it as it is.
 */
async function outputsByWeight({ weight, bias }: Conv, products: DoubleProducts): Promise<OutputBasis> {
  const [out] = weight.shape;
  const rows = matrixOf(weight);
  const gram = await products.ofRows(rows, rows);
  const { vectors, values } = leadingEigenvectors(gram, out);
  const mean = bias ? Float64Array.from(bias.data) : new Float64Array(out);
  const energy = gram.trace();
  const moments = { count: weight.data.length / out, meanX: mean, meanY: mean, xx: gram, yx: gram, energy };
  return { moments, components: vectors, variances: values };
}

/** Inputs all alike, unrelated and around 0. */
function inputsByWeight(conv: Conv, products: DoubleProducts): Promise<InputBasis> {
  const [, channels, kernelHeight, kernelWidth] = conv.weight.shape;
  const alike = {
    xx: Matrix.eye(channels),
    meanX: new Float64Array(channels),
    correlations: Matrix.eye(kernelHeight * kernelWidth),
  };
  return inputBasis(conv, alike, products);
}
