import { firstImages } from "../assets/images/labelledImages";
import { type LinearWeights, withHead } from "../network/head";
import { layerOf } from "../network/layerOf";
import type { Network } from "../network/network";
import { tune, type Tuned } from "../training/backbone/tune";
import { fitNetwork } from "./fit/fitNetwork";
import { refitHead } from "./fit/linearRefit";
import { int8LayersOf } from "./measure/measureInt8";
import { imageFeatures, type Prepared } from "./prepareCompression";
import { mostInt8 } from "./quantize/grid";
import { int8Network, rangeImages } from "./quantize/int8Network";
import type { SpeedPlan } from "./allocate/speedPlan";

/** The fit that every compression uses: the best of lib/compression's. */
export const compressionFit = "ReLU-aware";

/** A network compressed by a plan, with the head refitted to it. */
export interface CompressedCopy {
  plan: SpeedPlan;
  network: Network;
  head: LinearWeights;
  /** What the training of its layers brought, where it was asked for. */
  tuned?: Tuned;
}

/**
 * Fits the factors to the calibration images and the head to the features of all images that may be learnt from; trains all
 * layers but the first to answer as the original does, if that was asked for; rounds to int8 where the plan says so, after
 * which the head is refitted.
 */
export async function compressedCopy(prepared: Prepared, plan: SpeedPlan): Promise<CompressedCopy> {
  const { measured, calibration, options } = prepared;
  const fitted = await fitNetwork(measured.network, plan.ranks, compressionFit, {
    images: calibration,
    engine: options.engine,
    bases: measured.bases,
    onProgress: (done, total) => options.onStep?.("fitting the layers", done, total),
  });
  const tuned = await tunedCopy(prepared, plan, fitted);
  const body = await inPrecision(prepared, tuned?.network ?? fitted, plan);
  const network = tuned && body === tuned.network ? body : await headRefitted(prepared, body);
  return { plan, network, head: layerOf(network, "fc"), tuned };
}

async function headRefitted(prepared: Prepared, network: Network): Promise<Network> {
  const { options, learning, learningFeatures, head } = prepared;
  const features = await imageFeatures(options, network, learning, "compressed features of training images");
  return withHead(network, [refitHead(head, features, learningFeatures)]);
}

/** Undefined where no training was asked for, or nothing is split that could win by it. */
async function tunedCopy(prepared: Prepared, { ranks }: SpeedPlan, fitted: Network): Promise<Tuned | undefined> {
  const { options, measured } = prepared;
  if (!options.tuning || [...ranks.values()].every((each) => each === undefined)) return undefined;
  const { epochs, minutes, progress, interruptible = (work) => work() } = options.tuning;
  const closedForm = await headRefitted(prepared, fitted);
  const settings = { teacher: measured.network, epochs, minutes, engine: options.engine, onProgress: progress?.() };
  return interruptible(() => tune(closedForm, options.train, settings));
}

async function inPrecision(prepared: Prepared, fitted: Network, { precision, inFp32 }: SpeedPlan): Promise<Network> {
  if (precision !== "int8") return fitted;
  const { engine, mostWeight = mostInt8, onStep } = prepared.options;
  const layers = int8LayersOf(fitted, inFp32);
  const images = firstImages(prepared.learning, rangeImages);
  const onProgress = (done: number, total: number) => onStep?.("ranges", done, total);
  return int8Network(fitted, { layers, mostWeight }, { images, engine, onProgress });
}
