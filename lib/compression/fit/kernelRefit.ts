import type { DoubleProducts } from "../../engines/doubleProducts";
import type { Engine } from "../../engines/engine";
import { Matrix } from "ml-matrix";
import { matrixOf, rowsOf, tensorOf } from "../../linalg/matrix";
import { dot } from "../../linalg/rows";
import { type Conv, imageInput } from "../../network/network";
import { sizeOf, type Tensor, tensor } from "../../core/tensor";
import { type Moments, MomentStream } from "../measure/moments";
import { PatchSampler } from "../measure/patches";
import { inverseOf } from "./reducedRank";
import type { PositionSamples, Samples } from "../measure/samples";
import type { LayerVisit } from "../measure/walk";

/** Share of the patches' mean variance that is added to every variance: what the images hardly tell stays as it was. */
const ridge = 1e-3;

/** Positions for each number of a filter below which a kernel is left alone: with fewer it would learn these images by heart. */
const leastRows = 12;

/** A layer fitted anew. */
export interface Refit {
  conv: Conv;
  /** Of its outputs (x) and of what they are to be (y) at the positions that it was fitted to. */
  moments: Moments;
  /** The same at some positions, row by row. */
  samples?: Samples;
}

/**
 * A layer's kernel fitted anew to what its outputs are to be, given the inputs that it really gets: those of a compressed network,
 * narrowed. Least squares over patches at random positions, as He et al. 2017 (arXiv:1707.06168, section 3.1) rebuild the
 * weights after a choice of channels; with a ridge towards the kernel at hand.
 * @param images how many the layer is visited with.
 * @param positions collects samples, where they are wanted.
 * @returns nothing, and nothing collected, where the images are too few.
 */
export async function refitKernel(
  { conv, batches }: LayerVisit,
  images: number,
  { products, engine }: { products: DoubleProducts; engine: Engine },
  positions?: PositionSamples,
): Promise<Refit | undefined> {
  const [out, ...sides] = conv.weight.shape;
  const size = sizeOf(sides);
  const sampler = new PatchSampler(conv, images);
  const stream = new MomentStream(products, size, out);
  for await (const batch of batches()) {
    if (sampler.total(sizeOf(batch.response.shape.slice(2))) < leastRows * size) return undefined;
    const { patches, missing } = sampler.rowsOf(batch);
    await stream.add(patches, missing);
    positions?.add(batch, conv);
  }
  const moments = stream.moments();
  const change = await products.ofRows(moments.yx, await inverseOf(moments, products, ridge));
  const kernel = matrixOf(conv.weight);
  const refitted = changed(conv, kernel, change, moments);
  const rows = positions?.samples();
  return {
    conv: refitted,
    moments: await momentsAfter(conv, kernel, change, moments, products),
    samples: rows && { ...rows, x: await outputsFor(rows.x, refitted, engine) },
  };
}

/** (n, out), of patches (n, in · height · width). */
async function outputsFor(patches: Tensor, { weight, bias }: Conv, engine: Engine): Promise<Tensor> {
  const matrix = tensor([weight.shape[0], patches.shape[1]], weight.data);
  const session = await engine.open({
    nodes: [{ kind: "linear", name: "outputs", input: imageInput, weight: matrix, bias }],
  });
  try {
    return await session.run(patches);
  } finally {
    await session.close();
  }
}

function changed(conv: Conv, kernel: Matrix, change: Matrix, { meanX, meanY }: Moments): Conv {
  const weight = tensorOf(Matrix.add(kernel, change), conv.weight.shape);
  const bias = tensor([kernel.rows], conv.bias?.data.slice());
  rowsOf(change).forEach((row, o) => {
    bias.data[o] += meanY[o] - dot(row, meanX);
  });
  return { ...conv, weight, bias };
}

/**
 * The layer's outputs are linear in the patches p, r = W p + b before and r′ = (W + Δ) p + b′ after, and what they are to
 * be is r plus what was missing, m: so the covariances follow from those of p and m, with no further look at an image.
 * @param moments of p (x) and m (y).
 */
async function momentsAfter(
  { bias }: Conv,
  kernel: Matrix,
  change: Matrix,
  { count, meanX, meanY, xx, yx, energy }: Moments,
  { ofRows }: DoubleProducts,
): Promise<Moments> {
  const after = Matrix.add(kernel, change);
  const own = await ofRows(kernel, xx);
  // b′ was chosen so that both means agree.
  const [kernels, owns, missing] = [kernel, own, yx].map(rowsOf);
  const mean = meanY.map((value, o) => value + dot(kernels[o], meanX) + (bias?.data[o] ?? 0));
  const ofOutputs = kernels.reduce((total, row, o) => total + dot(row, owns[o]) + 2 * dot(row, missing[o]), 0);
  return {
    count,
    meanX: mean,
    meanY: mean,
    xx: await ofRows(await ofRows(after, xx), after),
    yx: await ofRows(Matrix.add(own, yx), after),
    energy: energy + ofOutputs,
  };
}
