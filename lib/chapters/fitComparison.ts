import { fits, type Fit, fitNetwork } from "../compression/fit/fitNetwork";
import type { LayerMeasurements } from "../compression/measure/measureLayers";
import type { LayerRanks, RankPlan } from "../network/rankPlan";
import { convOf } from "../network/layerOf";
import type { Network } from "../network/network";
import { progress } from "../display/progress";
import { cached } from "../core/cache";
import { type Accuracy, accuracyOf, predictions } from "../training/evaluate";
import { type CompressionStudy, logitsOf } from "./compressionStudy";
import { relativeError } from "../core/tensor";

/** All 3 × 3 convolutions of the blocks at half their channels, by one fit. */
export interface FitResult {
  fit: Fit;
  /** Training images that the fit looked at. */
  images: number;
  accuracy: Accuracy;
  /** ‖L − L̂‖ / ‖L‖ of the logits of the test images. */
  outputError: number;
}

/** Half the channels of every 3 × 3 convolution. */
export function halfRanks({ network, layers }: LayerMeasurements): Map<string, LayerRanks> {
  return new Map(
    layers
      .map(({ layer }) => convOf(network, layer))
      .filter(({ weight }) => weight.shape[2] === 3)
      .map(({ name, weight }) => [name, { output: weight.shape[0] / 2 }]),
  );
}

/** Compresses all 3 × 3 convolutions to half their channels by each fit and scores what comes of it; cached by content. */
export async function compareFits(study: CompressionStudy): Promise<FitResult[]> {
  const { measured, chapter, origin, test, base } = study;
  const halves = halfRanks(measured);
  const bar = progress("all layers at half their channels, fits", fits.length);
  const results: FitResult[] = [];
  for (const fit of fits) {
    const scored = await cached("half-ranks-2", { ...origin, fit }, { fresh: chapter.fresh }, async () => {
      const logits = await logitsOf(study, await compressed(study, halves, fit));
      return { answers: [...predictions(logits)], outputError: relativeError(base.logits, logits) };
    });
    results.push({
      fit,
      images: imagesSeen(study, fit),
      accuracy: accuracyOf(Uint8Array.from(scored.answers), test.labels),
      outputError: scored.outputError,
    });
    bar.update(results.length);
  }
  bar.end();
  return results;
}

function imagesSeen({ responsesImages, calibration }: CompressionStudy, fit: Fit): number {
  if (fit === "weights") return 0;
  return fit === "responses" ? responsesImages : calibration.count;
}

/**
 * The study's network at these ranks, by that fit; what needs no walk through the network takes the bases at hand.
 */
export function compressed(
  { measured, weights, calibration, chapter }: CompressionStudy,
  plan: RankPlan,
  fit: Fit,
): Promise<Network> {
  const bases = fit === "weights" ? weights : measured.bases;
  return fitNetwork(measured.network, plan, fit, { images: calibration, engine: chapter.engine, bases });
}

/** Rows of table 7-3. */
export function fitRows(results: readonly FitResult[], base: Accuracy) {
  const percent = (accuracy: Accuracy) => (100 * accuracy.share).toFixed(2);
  return [
    {
      fit: "the network as it is",
      images: "",
      "top-1 %": percent(base),
      "points lost": "0.00",
      "error of the logits": "0.000",
    },
    ...results.map(({ fit, images, accuracy, outputError }) => ({
      fit,
      images: String(images),
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
