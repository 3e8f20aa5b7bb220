import { firstImages } from "../assets/images/labelledImages";
import { type LinearWeights, withHead } from "../network/head";
import { layerOf } from "../network/layerOf";
import type { Network } from "../network/network";
import { withoutHeldOut } from "../training/heldOut";
import { heldOutJudge } from "../training/backbone/heldOutJudge";
import { tune, type Tuned } from "../training/backbone/tune";
import { fitNetwork } from "./fit/fitNetwork";
import { refitHead } from "./fit/linearRefit";
import { int8LayersOf } from "./measure/measureInt8";
import { imageFeatures, type Prepared } from "./prepareCompression";
import { mostInt8 } from "./quantize/grid";
import { int8Network, rangeImages } from "./quantize/int8Network";
import { type SpeedPlan, splitsNothing } from "./allocate/speedPlan";

/** The fit that every compression uses: the best of lib/compression's. */
export const compressionFit = "ReLU-aware";

/** A network compressed by a plan, with the head refitted to it. */
export interface CompressedCopy {
  plan: SpeedPlan;
  /** Before it was rounded and its head refitted. */
  fitted: Network;
  network: Network;
  head: LinearWeights;
  /** What the training of its layers brought, where it was asked for. */
  tuned?: Tuned;
}

/**
 * Fits the factors to the calibration images, rounds to int8 where the plan says so, and fits the head to the features of all
 * images that may be learnt from.
 */
export async function compressedCopy(prepared: Prepared, plan: SpeedPlan): Promise<CompressedCopy> {
  const { measured, calibration, options } = prepared;
  const fitted = await fitNetwork(measured.network, plan.ranks, compressionFit, {
    images: calibration,
    engine: options.engine,
    bases: measured.bases,
    onProgress: (done, total) => options.onStep?.("fitting the layers", done, total),
  });
  const network = await headRefitted(prepared, await inPrecision(prepared, fitted, plan));
  return { plan, fitted, network, head: layerOf(network, "fc") };
}

/**
 * The copy after all its layers but the first were trained to answer as the original does, rounded again and its head
 * refitted to that; as it was where no training was asked for or helped, rounding included, or nothing is split that could
 * win by it.
 */
export async function tunedCopy(prepared: Prepared, copy: CompressedCopy): Promise<CompressedCopy> {
  const { options, measured } = prepared;
  const { plan, fitted } = copy;
  if (!options.tuning || splitsNothing(plan)) return copy;
  const { epochs, minutes, progress, interruptible = (work) => work() } = options.tuning;
  // What was not rounded is the closed form already.
  const closedForm = plan.precision === "int8" ? await headRefitted(prepared, fitted) : copy.network;
  const settings = { teacher: measured.network, epochs, minutes, engine: options.engine, onProgress: progress?.() };
  const tuned = await interruptible(() => tune(closedForm, options.train, settings));
  if (!tuned.improved) return { ...copy, tuned };
  const body = await inPrecision(prepared, tuned.network, plan);
  // What was not rounded is judged already.
  if (body === tuned.network) return { ...copy, network: body, head: layerOf(body, "fc"), tuned };
  const network = await headRefitted(prepared, body);
  const scoreOf = heldOutJudge(withoutHeldOut(options.train).heldOut, options.engine);
  const [before, after] = [await scoreOf(copy.network), await scoreOf(network)];
  if (after.accuracy < before.accuracy) return { ...copy, tuned: { ...tuned, improved: false } };
  return { ...copy, network, head: layerOf(network, "fc"), tuned };
}

async function headRefitted(prepared: Prepared, network: Network): Promise<Network> {
  const { options, learning, learningFeatures, head } = prepared;
  const features = await imageFeatures(options, network, learning, "compressed features of training images");
  return withHead(network, [refitHead(head, features, learningFeatures)]);
}

async function inPrecision(prepared: Prepared, fitted: Network, { precision, inFp32 }: SpeedPlan): Promise<Network> {
  if (precision !== "int8") return fitted;
  const { engine, mostWeight = mostInt8, onStep } = prepared.options;
  const layers = int8LayersOf(fitted, inFp32);
  const images = firstImages(prepared.learning, rangeImages);
  const onProgress = (done: number, total: number) => onStep?.("ranges", done, total);
  return int8Network(fitted, { layers, mostWeight }, { images, engine, onProgress });
}
