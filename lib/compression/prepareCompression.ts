import { firstImages, inputShape, type LabelledImages } from "../assets/images/labelledImages";
import { varied } from "../assets/images/varied";
import type { Engine } from "../engines/engine";
import { UserError } from "../core/errors";
import { type LinearWeights, withHead } from "../network/head";
import type { Network } from "../network/network";
import type { Cache } from "../core/cache";
import type { OnStep } from "../core/progress";
import type { Tensor } from "../core/tensor";
import type { Precision } from "./measure/layerTimes";
import { measureInt8 } from "./measure/measureInt8";
import { type LayerMeasurements, type MeasureOptions, measureLayers } from "./measure/measureLayers";
import { planAsIs } from "./allocate/speedPlan";
import { mostInt8 } from "./quantize/grid";
import { features } from "../engines/features";
import type { TuningOptions } from "../training/backbone/tune";
import { withoutHeldOut } from "../training/heldOut";
import { trainProbe } from "../training/trainProbe";

/** Images, in file order, that each step looks at; fewer if there are fewer. */
export const compressionSizes = {
  calibrationImages: 4096,
  responsesImages: 256,
  sensitivityImages: 96,
} as const;

/** Images below which a fit or its measurement means nothing. */
export const leastImages = { train: 100, test: 50 } as const;

const calibrationSeed = 0;

/** Of the copies that a loss is judged by. */
const heldOutSeed = 1;

/** Of the head of a network whose own has another number of classes. */
const probeTraining = { seed: 0, epochs: 10, learningRate: 0.01, momentum: 0.9, batchSize: 64 } as const;

export interface CompressionOptions {
  /** A ResNet as it was read, perhaps without a head. */
  network: Network;
  train: LabelledImages;
  /** Of the images. */
  classes: number;
  /** Only for the final measurement. */
  test: LabelledImages;
  engine: Engine;
  /** Images at once, for which the network is to be fast. */
  batch: number;
  /** Over the original in the same engine, above 1; the fastest within a loss is to be found without it. */
  speedup?: number;
  /** Of the convolutions, to choose from: fp32 alone unless told. */
  precisions?: readonly Precision[];
  /** The largest whole number that an int8 weight may be, 127 unless told: what a processor bears is `int8Support`. */
  mostWeight?: number;
  /** Where the compressed network's layers are to be trained as well. */
  tuning?: TuningRequest;
  cache: Cache;
  sizes?: { [size in keyof typeof compressionSizes]: number };
  onStep?: OnStep;
}

/** How long a compressed network is trained, each time one is. */
export interface TuningRequest extends Pick<TuningOptions, "epochs" | "minutes"> {
  /** @returns what one training tells its progress. */
  progress?: () => TuningOptions["onProgress"];
  /** Runs a training so that an interrupt ends it with the best so far. */
  interruptible?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What is known before a speed-up is chosen. */
export interface Prepared {
  options: CompressionOptions;
  /** Images that are learnt from, and varied copies of those of them that factors are fitted to. */
  learning: LabelledImages;
  calibration: LabelledImages;
  /** Varied copies of those that nothing learns from: what the original knows by heart, a compressed network loses first. */
  heldOut: LabelledImages;
  /** Features of the original network. */
  learningFeatures: Tensor;
  heldOutFeatures: Tensor;
  head: LinearWeights;
  /** In fp32; without layers where int8 alone is asked for and fast enough. */
  measured: LayerMeasurements;
  /** With times in int8, where that may be chosen. */
  measuredInt8?: LayerMeasurements;
}

/**
 * Head, times, responses and sensitivity of the original network.
 * @throws UserError if there are too few training images or a head's training diverges.
 */
export async function prepareCompression(options: CompressionOptions): Promise<Prepared> {
  const { network, train, classes, engine, batch, cache, onStep, sizes = compressionSizes } = options;
  if (train.count < leastImages.train)
    throw new UserError(
      `compression learns from training images: give at least ${leastImages.train}, not ${train.count}`,
    );
  const { learning, heldOut: tenth } = withoutHeldOut(train);
  const heldOut = varied(tenth, heldOutSeed);
  const learningFeatures = await imageFeatures(options, network, learning, "features of training images");
  const head = ownHead(network, classes) ?? (await probe(options, learningFeatures, learning.labels));
  const measuring: MeasureOptions = {
    engine,
    batch,
    imageShape: inputShape(train),
    images: firstImages(learning, sizes.responsesImages),
    sensitivityImages: sizes.sensitivityImages,
    cache,
    onStep,
  };
  return {
    options,
    learning,
    calibration: varied(firstImages(learning, sizes.calibrationImages), calibrationSeed),
    heldOut,
    learningFeatures,
    heldOutFeatures: await imageFeatures(options, network, heldOut, "features of held-out images"),
    head,
    ...(await measuredWays(withHead(network, [head]), options, measuring)),
  };
}

/** Factor by which int8 as a whole is to be faster than was asked for: the next timing may come out lower. */
const sure = 1.1;

/** What is needed to choose by: where int8 alone is asked for and fast enough, nothing of the single layers. */
async function measuredWays(
  network: Network,
  { speedup, precisions = ["fp32"], mostWeight = mostInt8 }: CompressionOptions,
  measuring: MeasureOptions,
): Promise<Pick<Prepared, "measured" | "measuredInt8">> {
  const measure = async (whole: boolean) => {
    const settings = { ...measuring, mostWeight, whole };
    const measured = await measureLayers(network, settings);
    return { measured, measuredInt8: precisions.includes("int8") ? await measureInt8(measured, settings) : undefined };
  };
  if (speedup !== undefined && !precisions.includes("fp32")) {
    const whole = await measure(true);
    if (whole.measuredInt8 && planAsIs(whole.measuredInt8).speedup >= sure * speedup) return whole;
  }
  return measure(false);
}

/** What was measured in a precision that may be chosen. */
export function measuredIn({ measured, measuredInt8 }: Prepared, precision: Precision): LayerMeasurements {
  return precision === "int8" && measuredInt8 ? measuredInt8 : measured;
}

/** The network's own head, where it has as many outputs as the images have classes. */
export function ownHead(network: Network, classes: number): LinearWeights | undefined {
  const head = network.nodes.find(({ name }) => name === "fc");
  return head?.kind === "linear" && head.weight.shape[0] === classes ? head : undefined;
}

async function probe({ classes, engine, onStep }: CompressionOptions, features: Tensor, labels: Int32Array) {
  const onProgress = (done: number, total: number) => onStep?.("head", done, total);
  const [head] = await trainProbe(
    { features, labels },
    { ...probeTraining, classes, threads: engine.threads, onProgress },
  );
  return head;
}

/** Features (N, channels) of images through a network, kept on disk by content. @param label names the step. */
export async function imageFeatures(
  { engine, cache, onStep }: CompressionOptions,
  network: Network,
  images: LabelledImages,
  label: string,
): Promise<Tensor> {
  const onProgress = (done: number, total: number) => onStep?.(label, done, total);
  return (await features(network, images, engine, { cache, onProgress })).features;
}
