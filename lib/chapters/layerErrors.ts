import { rowsOf } from "../linalg/matrix";
import type { LabelledImages } from "../assets/images/cifar10";
import { preprocess } from "../assets/images/preprocess";
import { type Moments, MomentStream } from "../compression/measure/moments";
import {
  inverseOf,
  type LowRankMap,
  principalComponents,
  reducedRankRegression,
  relativeResidual,
} from "../compression/fit/reducedRank";
import { type ResponseBasis, splitByBases } from "../compression/measure/responseBases";
import { doubleProducts } from "../engines/doubleProducts";
import type { Engine } from "../engines/engine";
import { convOf } from "../network/convOf";
import { cutAfter, type Network } from "../network/network";
import type { CompressionStudy } from "./compressionStudy";
import { halfRanks } from "./fitComparison";

/** Errors of one layer's answers at one rank: E‖y − ŷ‖² / E‖y − ȳ‖² over training images. */
export interface LayerError {
  rank: number;
  /** To the true inputs: truncated SVD of the weights, the same with the mean kept, principal components of the answers. */
  weights: number;
  corrected: number;
  responses: number;
  /** To the inputs that the layers before hand over once they are compressed. */
  responsesAfter: number;
  asymmetric: number;
}

/**
 * The error of a layer's answers for every candidate rank: to its true inputs, and to those that it gets once all layers
 * before it are compressed, at half their channels by their responses.
 */
export async function layerErrors(study: CompressionStudy, layer: string): Promise<LayerError[]> {
  const { groundwork, weights, chapter, calibration } = study;
  const responses = groundwork.bases.get(layer) as ResponseBasis;
  const own = weights.get(layer) as ResponseBasis;
  const before = groundwork.layers.slice(0, groundwork.layers.indexOf(layer));
  const earlier = [...halfRanks(groundwork)].filter(([each]) => before.includes(each));
  const { threads } = chapter.engine;
  const products = await doubleProducts(threads);
  const prefix = await splitByBases(groundwork.network, new Map(earlier), groundwork.bases, threads);
  const after = await momentsBetween(prefix, groundwork.network, layer, calibration, chapter.engine);
  const residual = (map: LowRankMap, moments: Moments = responses.moments) => relativeResidual(map, moments);
  const inverse = await inverseOf(after, products);
  const errors: LayerError[] = [];
  for (const rank of groundwork.ranks.get(layer) ?? []) {
    const corrected = residual(principalComponents(responses.moments, own.components, rank));
    errors.push({
      rank,
      weights: corrected + meanError(own, responses, rank),
      corrected,
      responses: residual(principalComponents(responses.moments, responses.components, rank)),
      responsesAfter: residual(principalComponents(after, responses.components, rank), after),
      asymmetric: residual(await reducedRankRegression(after, rank, products, inverse), after),
    });
  }
  return errors;
}

/** What a split that keeps the bias, not the mean, adds to the error: ‖(I − U Uᵀ)(ȳ − b)‖², relative. */
function meanError(own: ResponseBasis, { moments }: ResponseBasis, rank: number): number {
  const away = moments.meanY.map((mean, i) => mean - own.moments.meanY[i]);
  const kept = rowsOf(own.components)
    .slice(0, rank)
    .reduce((sum, vector) => sum + vector.reduce((product, value, i) => product + value * away[i], 0) ** 2, 0);
  const all = away.reduce((sum, value) => sum + value * value, 0);
  return moments.energy > 0 ? Math.max(0, all - kept) / moments.energy : 0;
}

const batchSize = 64;

/** Moments of a layer's answers in a network with those of the same layer in another one. */
export async function momentsBetween(
  from: Network,
  to: Network,
  layer: string,
  images: LabelledImages,
  engine: Engine,
): Promise<Moments> {
  const channels = convOf(to, layer).weight.shape[0];
  const products = await doubleProducts(engine.threads);
  const sessions = await Promise.all([from, to].map((network) => engine.open(cutAfter(network, layer))));
  try {
    const stream = new MomentStream(products, channels, channels);
    for (let start = 0; start < images.count; start += batchSize) {
      const batch = preprocess(images, start, Math.min(images.count, start + batchSize));
      await stream.add(await sessions[0].run(batch), await sessions[1].run(batch));
    }
    return stream.moments();
  } finally {
    await Promise.all(sessions.map((each) => each.close()));
  }
}
