import type { DoubleProducts } from "../engines/doubleProducts";
import { dot } from "../linalg/rows";
import { solveCholesky } from "../linalg/solve";
import type { Conv } from "../network/network";
import { sizeOf, tensor } from "../tensor";
import { MomentStream } from "./moments";
import { PatchSampler } from "./patches";
import { factorOf } from "./reducedRank";
import type { LayerVisit } from "./walk";

/** Share of the patches' mean variance that is added to every variance: what the images hardly tell stays as it was. */
const ridge = 1e-3;

/** Positions for each number of a filter below which a kernel is left alone: with fewer it would learn these images by heart. */
const leastRows = 12;

/**
 * A layer's kernel fitted anew to what it is to answer, given the inputs that it really gets: those of a compressed network,
 * narrowed. Least squares over patches at random positions, as He et al. 2017 (arXiv:1707.06168, section 3.1) rebuild the
 * weights after a choice of channels; with a ridge towards the kernel at hand.
 * @param images how many the layer is visited with.
 * @returns the layer's own convolution where the images are too few.
 */
export async function refitKernel(layer: LayerVisit, images: number, products: DoubleProducts): Promise<Conv> {
  const { conv } = layer;
  const [out, ...sides] = conv.weight.shape;
  const size = sizeOf(sides);
  const sampler = new PatchSampler(conv, images);
  const stream = new MomentStream(products, size, out);
  const inputs = layer.inputs();
  try {
    for await (const batch of layer.batches()) {
      if (sampler.total(sizeOf(batch.response.shape.slice(2))) < leastRows * size) return conv;
      const { value } = await inputs.next();
      const { patches, missing } = sampler.rowsOf(value, batch);
      await stream.add(patches, missing);
    }
  } finally {
    await inputs.return(undefined);
  }
  const moments = stream.moments();
  const change = solveCholesky(factorOf(moments, ridge), moments.yx);
  const weight = tensor(conv.weight.shape, conv.weight.data.slice());
  const bias = tensor([out], conv.bias?.data.slice());
  change.forEach((row, channel) => {
    row.forEach((value, i) => {
      weight.data[channel * size + i] += value;
    });
    bias.data[channel] += moments.meanY[channel] - dot(row, moments.meanX);
  });
  return { ...conv, weight, bias };
}
