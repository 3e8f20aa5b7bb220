import type { LabelledImages } from "../../assets/images/labelledImages";
import type { Engine } from "../../engines/engine";
import { preprocess } from "../../assets/images/preprocess";
import { convOf } from "../../network/layerOf";
import { cutAfter, type Network } from "../../network/network";
import type { Matrix } from "ml-matrix";
import { type DoubleProducts, doubleProducts } from "../../engines/doubleProducts";
import { matrixOfRows } from "../../linalg/matrix";
import { sizeOf, type Tensor } from "../../core/tensor";

/** Means and covariances of what a layer is fitted from (x, p channels) and to (y, q channels), in float64. */
export interface Moments {
  /** Positions seen: images × height × width. */
  count: number;
  /** p means. */
  meanX: Float64Array;
  /** q means. */
  meanY: Float64Array;
  /** (p, p), E[(x − x̄)(x − x̄)ᵀ]. */
  xx: Matrix;
  /** (q, p), E[(y − ȳ)(x − x̄)ᵀ]. */
  yx: Matrix;
  /** E‖y − ȳ‖². */
  energy: number;
}

/**
 * Variance over squared mean below which a channel counts as one that never varies: what rounding leaves of sums of equal
 * numbers could pass for variance, even for a negative one.
 */
const leastVariance = 1e-12;

/** Sums over batches: the memory needed does not grow with the number of images. */
export class MomentStream {
  private count = 0;
  private readonly sumX: Float64Array;
  private readonly sumY: Float64Array;
  private readonly sumXX: Float64Array;
  private readonly sumYX: Float64Array;
  private readonly sumYY: Float64Array;

  /**
   * @param p channels of x.
   * @param q channels of y.
   */
  constructor(
    private readonly products: DoubleProducts,
    private readonly p: number,
    q: number,
  ) {
    this.sumX = new Float64Array(p);
    this.sumY = new Float64Array(q);
    this.sumYY = new Float64Array(q);
    this.sumXX = new Float64Array(p * p);
    this.sumYX = new Float64Array(q * p);
  }

  /**
   * @param x (N, p, H, W).
   * @param y (N, q, H, W); the same tensor as x where a layer is fitted to itself.
   */
  async add(x: Tensor, y: Tensor): Promise<void> {
    this.count += sizeOf(x.shape) / this.p;
    const sums = await this.products.ofChannels(x, y);
    addTo(this.sumXX, sums.xx);
    addTo(this.sumYX, sums.yx);
    addTo(this.sumX, sums.x);
    addTo(this.sumY, sums.y);
    addTo(this.sumYY, sums.yy);
  }

  /** @throws Error if nothing was added. */
  moments(): Moments {
    const { count, p } = this;
    if (count === 0) throw new Error("no moments of no positions");
    const meanX = this.sumX.map((sum) => sum / count);
    const meanY = this.sumY.map((sum) => sum / count);
    const varianceX = meanX.map((mean, i) => variance(this.sumXX[i * p + i] / count, mean));
    const varianceY = meanY.map((mean, i) => variance(this.sumYY[i] / count, mean));
    const centred = (sums: Float64Array, means: Float64Array, variances: Float64Array) =>
      matrixOfRows(
        Array.from(means, (mean, i) =>
          meanX.map((meanOfX, j) =>
            variances[i] === 0 || varianceX[j] === 0 ? 0 : sums[i * p + j] / count - mean * meanOfX,
          ),
        ),
      );
    const energy = varianceY.reduce((sum, value) => sum + value, 0);
    const xx = centred(this.sumXX, meanX, varianceX);
    return { count, meanX, meanY, xx, yx: centred(this.sumYX, meanY, varianceY), energy };
  }
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}

function variance(meanSquare: number, mean: number): number {
  const difference = meanSquare - mean * mean;
  // NaN stays: it is an error further on, no constant.
  return difference <= leastVariance * mean * mean ? 0 : difference;
}

/** What is looked at to measure layers or to fit them. */
export interface Calibration {
  /** Training images; never test images. */
  images: LabelledImages;
  engine: Engine;
  /** Called after each layer. */
  onProgress?: (done: number, total: number) => void;
}

const batchSize = 64;

/**
 * Moments of a layer's outputs in one network (x) with those of the same layer in another one (y), on the same images: what
 * relativeResidual and reducedRankRegression need where the layers before it were changed.
 */
export async function momentsBetween(
  from: Network,
  to: Network,
  layer: string,
  { images, engine, onProgress }: Calibration,
): Promise<Moments> {
  const channels = convOf(to, layer).weight.shape[0];
  const stream = new MomentStream(await doubleProducts(engine.threads), channels, channels);
  const sessions = await Promise.all([from, to].map((network) => engine.open(cutAfter(network, layer))));
  try {
    for (let start = 0; start < images.count; start += batchSize) {
      const end = Math.min(images.count, start + batchSize);
      const batch = preprocess(images, start, end);
      await stream.add(await sessions[0].run(batch), await sessions[1].run(batch));
      onProgress?.(end, images.count);
    }
    return stream.moments();
  } finally {
    await Promise.all(sessions.map((each) => each.close()));
  }
}
