import { momentsBetween } from "../compression/measure/momentsBetween";
import { inverseOf, projection, reducedRankRegression, relativeResidual } from "../compression/fit/reducedRank";
import { splitByBases } from "../compression/fit/splitByBases";
import type { OutputBasis } from "../compression/measure/layerBases";
import { doubleProducts } from "../engines/doubleProducts";
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
  const { measured, weights, chapter, calibration } = study;
  const responses = measured.bases.outputs.get(layer) as OutputBasis;
  const own = weights.outputs.get(layer) as OutputBasis;
  const layers = measured.layers.map((each) => each.layer);
  const before = layers.slice(0, layers.indexOf(layer));
  const earlier = [...halfRanks(measured)].filter(([each]) => before.includes(each));
  const { engine } = chapter;
  const products = await doubleProducts(engine.threads);
  const prefix = await splitByBases(measured.network, new Map(earlier), measured.bases, engine.threads);
  const after = await momentsBetween(prefix, measured.network, layer, { images: calibration, engine });
  const inverse = await inverseOf(after, products);
  const { moments } = responses;
  const errors: LayerError[] = [];
  for (const { ranks } of measured.layers[layers.indexOf(layer)].options) {
    if (!ranks) continue;
    const rank = ranks.output;
    errors.push({
      rank,
      weights: relativeResidual(projection(own.moments, own.components, rank), moments),
      corrected: relativeResidual(projection(moments, own.components, rank), moments),
      responses: relativeResidual(projection(moments, responses.components, rank), moments),
      responsesAfter: relativeResidual(projection(after, responses.components, rank), after),
      asymmetric: relativeResidual(await reducedRankRegression(after, rank, products, inverse), after),
    });
  }
  return errors;
}
