import { type LinearWeights, withHead } from "../network/head";
import type { Network } from "../network/network";
import { fitNetwork } from "./fit/fitNetwork";
import { refitHead } from "./fit/linearRefit";
import { imageFeatures, type Prepared } from "./prepareCompression";
import type { SpeedPlan } from "./allocate/speedPlan";

/** The fit that every compression uses: the best of lib/compression's. */
export const compressionFit = "ReLU-aware";

/** A network compressed by a plan, with the head refitted to it. */
export interface CompressedCopy {
  plan: SpeedPlan;
  network: Network;
  head: LinearWeights;
}

/** Fits the factors to the calibration images, then the head to the features of all images that may be learnt from. */
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
  const features = await imageFeatures(options, fitted, learning, "compressed features of training images");
  const head = refitHead(prepared.head, features, learningFeatures);
  return { plan, network: withHead(fitted, [head]), head };
}
