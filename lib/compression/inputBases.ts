import { type DoubleProducts, doubleProducts } from "../engines/doubleProducts";
import { type Rows, timesTransposed, transposed } from "../linalg/rows";
import { choleskyFactor, solveCholesky } from "../linalg/solve";
import { leadingEigenvectors } from "../linalg/subspace";
import { convOf } from "../network/convOf";
import type { Conv, Network, Node } from "../network/network";
import { pointwise } from "../network/pointwise";
import { replaceNode } from "../network/rewire";
import { inputRank, narrowingOf } from "../network/splitRanks";
import { stacked, type Tensor, tensor } from "../tensor";
import type { Calibration, Ranks } from "./calibration";
import { type Moments, MomentStream } from "./moments";
import { offsetCorrelations } from "./offsetCorrelations";
import { type LayerVisit, walkLayers } from "./walk";

/** A layer's inputs in new coordinates, those that its answers depend on most first. */
export interface InputBasis {
  /** (in, in): from channels to coordinates. */
  encode: Tensor;
  /** (out, in, height, width): the layer's kernels on coordinates. */
  kernels: Tensor;
  /** Means of the coordinates, (in). */
  means: Float64Array;
}

/** Share of the weights' mean square that every channel is taken to have at least, so that unread channels do no harm. */
const ridge = 1e-6;

/** The bases of those layers whose inputs can be narrowed, in one walk through the network. */
export async function inputBases(
  network: Network,
  layers: Iterable<string>,
  { images, engine, onLayer }: Calibration,
): Promise<Map<string, InputBasis>> {
  const products = await doubleProducts(engine.threads);
  const bases = new Map<string, InputBasis>();
  const visit = async (layer: LayerVisit) => {
    bases.set(layer.conv.name, await basisOf(layer.conv, await statisticsOf(layer, products), products));
    return undefined;
  };
  try {
    await walkLayers(network, new Set(narrowable(network, layers)), images, engine, visit, onLayer);
    return bases;
  } finally {
    await products.close();
  }
}

/**
 * As inputBases, of the weights alone: inputs all alike, unrelated and around 0. With them a layer narrowed is the truncated
 * SVD of its unfolding along the inputs.
 */
export async function weightInputBases(
  network: Network,
  layers: Iterable<string>,
  threads: number,
): Promise<Map<string, InputBasis>> {
  const products = await doubleProducts(threads);
  const bases = new Map<string, InputBasis>();
  try {
    for (const layer of narrowable(network, layers)) {
      const conv = convOf(network, layer);
      const [, channels, high, wide] = conv.weight.shape;
      const alike = { xx: identity(channels), meanX: new Float64Array(channels), correlations: identity(high * wide) };
      bases.set(layer, await basisOf(conv, alike, products));
    }
    return bases;
  } finally {
    await products.close();
  }
}

function narrowable(network: Network, layers: Iterable<string>): string[] {
  return [...layers].filter((layer) => inputRank(convOf(network, layer), 1) !== undefined);
}

function identity(side: number): Rows {
  return Array.from({ length: side }, (_, i) => Float64Array.from({ length: side }, (_, j) => Number(i === j)));
}

/** What is known of a layer's inputs. */
interface InputStatistics extends Pick<Moments, "xx" | "meanX"> {
  /** As `offsetCorrelations`. */
  correlations: Rows;
}

async function statisticsOf({ conv, inputs }: LayerVisit, products: DoubleProducts): Promise<InputStatistics> {
  const [, channels, ...sides] = conv.weight.shape;
  const stream = new MomentStream(products, channels, channels);
  let first: Tensor | undefined;
  for await (const batch of inputs()) {
    first ??= batch;
    await stream.add(batch, batch);
  }
  const { xx, meanX } = stream.moments();
  return { xx, meanX, correlations: offsetCorrelations(first as Tensor, meanX, sides) };
}

/**
 * The projection of the inputs x that keeps most of the answers: least E‖Σₚ Wₚ (x − D E x)ₚ‖², places p and q of the kernel
 * taken to be correlated alike in all channels, by ρ(p − q). With M = Σ ρ(p − q) Wₚᵀ W_q = L Lᵀ these are principal
 * components of Lᵀ x: E = Uᵀ Lᵀ and D = L⁻ᵀ U, U the leading eigenvectors of Lᵀ Cov(x) L. It is the mirror image of the
 * principal components of the answers (Zhang et al. 2015, section 3.1).
 */
async function basisOf(
  conv: Conv,
  { xx, meanX, correlations }: InputStatistics,
  products: DoubleProducts,
): Promise<InputBasis> {
  const lower = choleskyFactor(await weightMetric(conv, correlations, products));
  const upper = transposed(lower);
  const { vectors } = leadingEigenvectors(timesTransposed(timesTransposed(upper, xx), upper), xx.length);
  const encode = timesTransposed(vectors, lower);
  const decode = solveCholesky(lower, encode);
  return { encode: stacked(encode), kernels: onCoordinates(conv, decode), means: timesTransposed([meanX], encode)[0] };
}

/** M of `basisOf`, (in, in). @param correlations (height · width, height · width). */
async function weightMetric({ weight }: Conv, correlations: Rows, products: DoubleProducts): Promise<Rows> {
  const [, channels] = weight.shape;
  const places = correlations.length;
  const { vectors, values } = leadingEigenvectors(correlations, places);
  const mixed = tensor(weight.shape);
  for (let at = 0; at < mixed.data.length; at += places)
    for (let q = 0; q < places; q++) {
      let sum = 0;
      for (let p = 0; p < places; p++) sum += weight.data[at + p] * vectors[q][p];
      mixed.data[at + q] = sum * Math.sqrt(values[q]);
    }
  const sums = await products.run(mixed, mixed);
  let trace = 0;
  for (let i = 0; i < channels; i++) trace += sums[i * channels + i];
  const added = trace > 0 ? (ridge * trace) / channels : 1;
  return Array.from({ length: channels }, (_, i) => {
    const row = sums.slice(i * channels, (i + 1) * channels);
    row[i] += added;
    return row;
  });
}

/** Σ over channels c of W[o, c, p] D[c, k]. @param decode the columns of D as rows. */
function onCoordinates({ weight }: Conv, decode: Rows): Tensor {
  const [out, channels, high, wide] = weight.shape;
  const places = high * wide;
  const rows: Rows = Array.from({ length: out * places }, (_, at) => {
    const start = Math.floor(at / places) * channels * places + (at % places);
    return Float64Array.from({ length: channels }, (_, c) => weight.data[start + c * places]);
  });
  const kernels = tensor(weight.shape);
  timesTransposed(rows, decode).forEach((row, at) => {
    const start = Math.floor(at / places) * channels * places + (at % places);
    row.forEach((value, k) => {
      kernels.data[start + k * places] = value;
    });
  });
  return kernels;
}

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
