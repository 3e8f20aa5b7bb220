import { firstImages, type LabelledImages } from "../assets/images/cifar10";
import { preprocess } from "../assets/images/preprocess";
import { varied } from "../assets/images/varied";
import type { LayerBases } from "../compression/measure/layerBases";
import { type LayerMeasurements, measureLayers } from "../compression/measure/measureLayers";
import { weightBases } from "../compression/measure/weightBases";
import { run } from "../engines/run";
import { withHead, type Head } from "../network/head";
import type { Network } from "../network/network";
import { progress } from "../display/progress";
import type { Tensor } from "../core/tensor";
import { type Accuracy, accuracyOf, predictions } from "../training/evaluate";
import { flatten } from "../training/curvature";
import type { Chapter } from "./open";
import { type HeadTask, protocol } from "./protocol";

/** Images, rounds of the latency table and speed-ups of chapter 7; fewer on the demo, so that it takes minutes on two cores. */
const sizes = {
  demo: { responses: 64, sensitivity: 32, calibration: 64, rounds: 3, speedups: [2.5] },
  real: { responses: 256, sensitivity: 96, calibration: 512, rounds: 5, speedups: [1.5, 2, 3] },
};

/** What the experiments of chapter 7 share. */
export interface CompressionStudy {
  chapter: Chapter;
  measured: LayerMeasurements;
  weights: LayerBases;
  /** Training images behind the principal components of the responses. */
  responsesImages: number;
  /** Training images, mirrored and shifted at random, that the other fits look at. */
  calibration: LabelledImages;
  /** Target speed-ups of the frontier. */
  speedups: readonly number[];
  /** The report's first test images, preprocessed, with their labels. */
  test: { pixels: Tensor; labels: Uint8Array };
  base: { logits: Tensor; accuracy: Accuracy };
  /** What results are computed from, for caches. */
  origin: Record<string, unknown>;
}

/**
 * Measures the network with its head as far as chapter 7 needs: times by layer and rank, principal components of responses
 * and weights, sensitivity. Only training images are looked at, but for the base accuracy.
 */
export async function studyCompression(chapter: Chapter, task: HeadTask, head: Head): Promise<CompressionStudy> {
  const { images, weights } = chapter.assets;
  const { engine, fresh } = chapter;
  const size = images.provenance === "demo" ? sizes.demo : sizes.real;
  const origin = {
    weights: weights.sha256,
    images: images.sha256,
    head: flatten(head),
    size,
    engine: `${engine.name} ${engine.version}`,
  };
  const bars = new Map<string, ReturnType<typeof progress>>();
  const measured = await measureLayers(withHead(chapter.network, head), {
    engine,
    batch: protocol.batchSize,
    imageShape: protocol.imageShape,
    images: firstImages(images.train, size.responses),
    sensitivityImages: size.sensitivity,
    rounds: size.rounds,
    cache: { fresh },
    onStep: (step, done, total) => {
      const bar = bars.get(step) ?? progress(step, total);
      bars.set(step, bar);
      if (done < total) bar.update(done);
      else bar.end();
    },
  });
  const layers = measured.layers.map(({ layer }) => layer);
  const pixels = preprocess(images.test, 0, protocol.testImages);
  const { labels } = task.test;
  const logits = await run(measured.network, pixels, engine);
  return {
    chapter,
    measured,
    weights: await weightBases(measured.network, layers, engine.threads),
    responsesImages: size.responses,
    calibration: varied(firstImages(images.train, size.calibration), 0),
    speedups: size.speedups,
    test: { pixels, labels },
    base: { logits, accuracy: accuracyOf(predictions(logits), labels) },
    origin,
  };
}

/** The logits of the study's test images. */
export function logitsOf({ chapter, test }: CompressionStudy, network: Network): Promise<Tensor> {
  return run(network, test.pixels, chapter.engine);
}
