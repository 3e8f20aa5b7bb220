import { fits, type Fit, fitNetwork } from "../compression/fitNetwork";
import { type LowRankMap, principalComponents, relativeResidual } from "../compression/reducedRank";
import { type ResponseBasis, splitByBases } from "../compression/responseBases";
import { convOf } from "../network/convOf";
import type { Network } from "../network/network";
import { progress } from "../progress";
import { cachedResult } from "../resultCache";
import { type Accuracy, accuracyOf, predictions } from "../training/evaluate";
import { type CompressionStudy, logitsOf } from "./compressionStudy";
import { relativeError } from "./sensitivityResponse";

/** Errors of one layer's answers at one rank. */
export interface LayerError {
  rank: number;
  /** E‖y − ŷ‖² / E‖y − ȳ‖² over training images, the inputs being the true ones. */
  weights: number;
  corrected: number;
  responses: number;
}

/** The error of a layer's answers for every candidate rank: plain SVD, with the mean kept, by principal components. */
export function layerErrors(study: CompressionStudy, layer: string): LayerError[] {
  const basis = (bases: Map<string, ResponseBasis>) => bases.get(layer) as ResponseBasis;
  const responses = basis(study.groundwork.bases);
  const own = basis(study.weights);
  const residual = (map: LowRankMap) => relativeResidual(map, responses.moments);
  return (study.groundwork.ranks.get(layer) ?? []).map((rank) => {
    const corrected = residual(principalComponents(responses.moments, own.components, rank));
    return {
      rank,
      weights: corrected + meanError(own, responses, rank),
      corrected,
      responses: residual(principalComponents(responses.moments, responses.components, rank)),
    };
  });
}

/** What a split that keeps the bias, not the mean, adds to the error: ‖(I − U Uᵀ)(ȳ − b)‖², relative. */
function meanError(own: ResponseBasis, { moments }: ResponseBasis, rank: number): number {
  const away = moments.meanY.map((mean, i) => mean - own.moments.meanY[i]);
  const kept = own.components
    .slice(0, rank)
    .reduce((sum, vector) => sum + vector.reduce((product, value, i) => product + value * away[i], 0) ** 2, 0);
  const all = away.reduce((sum, value) => sum + value * value, 0);
  return moments.energy > 0 ? Math.max(0, all - kept) / moments.energy : 0;
}

/** All 3 × 3 convolutions of the blocks at half their channels, by one fit. */
export interface FitResult {
  fit: Fit;
  accuracy: Accuracy;
  /** ‖L − L̂‖ / ‖L‖ of the logits of the test images. */
  outputError: number;
}

/** Compresses all 3 × 3 convolutions to half their channels by each fit and scores what comes of it; cached by content. */
export async function compareFits(study: CompressionStudy): Promise<FitResult[]> {
  const { groundwork, chapter, origin, test, base } = study;
  const halves = new Map(
    groundwork.layers
      .map((layer) => convOf(groundwork.network, layer))
      .filter(({ weight }) => weight.shape[2] === 3)
      .map(({ name, weight }) => [name, weight.shape[0] / 2]),
  );
  const bar = progress("all layers at half their channels, fits", fits.length);
  const results: FitResult[] = [];
  for (const fit of fits) {
    const scored = await cachedResult("half-ranks-1", { ...origin, fit }, { fresh: chapter.fresh }, async () => {
      const logits = await logitsOf(study, await compressed(study, halves, fit));
      return { answers: [...predictions(logits)], outputError: relativeError(base.logits, logits) };
    });
    results.push({
      fit,
      accuracy: accuracyOf(Uint8Array.from(scored.answers), test.labels),
      outputError: scored.outputError,
    });
    bar.update(results.length);
  }
  bar.end();
  return results;
}

/**
 * The study's network at these ranks, by that fit; what needs no walk through the network takes the bases at hand.
 * @param start with inputs narrowed already, where they are to be.
 */
export function compressed(
  { groundwork, weights, calibration, chapter }: CompressionStudy,
  ranks: ReadonlyMap<string, number | undefined>,
  fit: Fit,
  start = groundwork.network,
): Network | Promise<Network> {
  if (fit === "weights") return splitByBases(start, ranks, weights);
  if (fit === "responses") return splitByBases(start, ranks, groundwork.bases);
  return fitNetwork(groundwork.network, ranks, fit, { images: calibration, engine: chapter.engine }, start);
}

/** Rows of table 7-3. */
export function fitRows(results: readonly FitResult[], base: Accuracy) {
  const percent = (accuracy: Accuracy) => (100 * accuracy.share).toFixed(2);
  return [
    { fit: "the network as it is", "top-1 %": percent(base), "points lost": "0.00", "error of the logits": "0.000" },
    ...results.map(({ fit, accuracy, outputError }) => ({
      fit,
      "top-1 %": percent(accuracy),
      "points lost": (100 * (base.share - accuracy.share)).toFixed(2),
      "error of the logits": outputError.toFixed(3),
    })),
  ];
}

/** Which fit came out best, and by how much. */
export function fitFinding(results: readonly FitResult[]): string {
  const [best] = [...results].sort((a, b) => a.outputError - b.outputError);
  const errors = results.map(({ fit, outputError }) => `${outputError.toFixed(3)} (${fit})`).join(", ");
  return `Relative error of the logits: ${errors}. The least is that of the fit “${best.fit}”, with ${(100 * best.accuracy.share).toFixed(2)} % top-1.`;
}
