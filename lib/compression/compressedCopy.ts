import { firstImages } from "../assets/images/labelledImages";
import { type LinearWeights, withHead } from "../network/head";
import type { Network } from "../network/network";
import { fitNetwork } from "./fit/fitNetwork";
import { refitHead } from "./fit/linearRefit";
import { int8LayersOf } from "./measure/measureInt8";
import { imageFeatures, measuredIn, type Prepared } from "./prepareCompression";
import { int8Network, rangeImages } from "./quantize/int8Network";
import type { SpeedPlan } from "./allocate/speedPlan";

/** The fit that every compression uses: the best of lib/compression's. */
export const compressionFit = "ReLU-aware";

/** A network compressed by a plan, with the head refitted to it. */
export interface CompressedCopy {
  plan: SpeedPlan;
  network: Network;
  head: LinearWeights;
}

/**
 * Fits the factors to the calibration images, rounds to int8 where the plan says so, then refits the head to the features of
 * all images that may be learnt from.
 */
export async function compressedCopy(prepared: Prepared, plan: SpeedPlan): Promise<CompressedCopy> {
  const { measured, calibration, learning, learningFeatures, options } = prepared;
  const onProgress = (done: number, total: number) => options.onStep?.("fitting the layers", done, total);
  const { engine } = options;
  const { network, bases } = measured;
  const fitted = await fitNetwork(network, plan.ranks, compressionFit, {
    images: calibration,
    engine,
    bases,
    onProgress,
  });
  const body = plan.precision === "int8" ? await rounded(prepared, fitted, plan) : fitted;
  const features = await imageFeatures(options, body, learning, "compressed features of training images");
  const head = refitHead(prepared.head, features, learningFeatures);
  return { plan, network: withHead(body, [head]), head };
}

function rounded(prepared: Prepared, fitted: Network, { precision, ranks }: SpeedPlan): Promise<Network> {
  const { engine, mostWeight = 127, onStep } = prepared.options;
  const layers = int8LayersOf(fitted, measuredIn(prepared, precision), ranks);
  const images = firstImages(prepared.learning, rangeImages);
  const onProgress = (done: number, total: number) => onStep?.("ranges", done, total);
  return int8Network(fitted, { layers, mostWeight }, { images, engine, onProgress });
}
