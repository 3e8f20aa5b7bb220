import type { LabelledImages } from "../assets/images/labelledImages";
import type { Timing } from "../engines/time";
import { type Beside, timeBeside, together } from "../engines/timeBeside";
import type { LinearWeights } from "../network/head";
import { toOnnx } from "../network/onnx";
import type { Tensor } from "../core/tensor";
import type { Interval } from "../statistics/proportion";
import { logitsOf, predictions } from "../training/evaluate";
import { type Comparison, comparePredictions } from "./comparePredictions";
import type { CompressedCopy } from "./compressedCopy";
import { imageFeatures, type Prepared } from "./prepareCompression";

/** Runs of each network that are timed, in turn, after those to warm up; more, up to the limit, until their ratio settles. */
const rounds = { warmUps: 3, runs: 15, mostRuns: 60 } as const;

/** Times of a batch, measured in turn, and how many times as fast the compressed network is. */
export interface MeasuredTimes {
  ms: { before: Timing; after: Timing };
  speedup: number;
  /** 95 % interval of the speed-up over the rounds. */
  interval: Interval;
  /** Whether the readings contradict each other, or the plan's own timing. */
  doubtful: boolean;
}

/** What was measured of a compressed network, beside the original. */
export interface Measured extends Comparison, MeasuredTimes {
  /** Of the ONNX files, batch norms folded in both. */
  bytes: { before: number; after: number };
}

/** Times the original and the compressed network in turn. */
export type Timer = (prepared: Prepared, copy: CompressedCopy) => Promise<Beside>;

/** Share of a speed-up by which the final timing may fall short of it: so much timings of the same networks differ. */
export const timingTolerance = 0.01;

/** Whether a speed-up was missed by more than the tolerance. */
export function fallsShort({ speedup }: MeasuredTimes, asked: number): boolean {
  return speedup < (1 - timingTolerance) * asked;
}

/**
 * Accuracies on all test images, times and sizes.
 * @param asked the speed-up: times that fall short of it are taken twice.
 */
export async function measureCompressed(
  prepared: Prepared,
  copy: CompressedCopy,
  asked: number,
  timer?: Timer,
): Promise<Measured> {
  const { options, measured } = prepared;
  const original = await imageFeatures(options, options.network, options.test, "features of test images");
  const comparison = await compare(prepared, copy, options.test, original);
  return {
    ...comparison,
    ...(await timesFor(prepared, copy, asked, timer)),
    bytes: { before: toOnnx(measured.network).length, after: toOnnx(copy.network).length },
  };
}

/** Both networks' times; where they fall short of the speed-up, another program may have been at fault: once more then. */
async function timesFor(
  prepared: Prepared,
  copy: CompressedCopy,
  asked: number,
  timer: Timer = timeBoth,
): Promise<MeasuredTimes> {
  const first = await timer(prepared, copy);
  const times = timesOf(first);
  return fallsShort(times, asked) ? timesOf(together(first, await timer(prepared, copy))) : times;
}

function timesOf({ before, after, speedup: { ratio, low, high, doubtful } }: Beside): MeasuredTimes {
  return { ms: { before, after }, speedup: ratio, interval: { low, high }, doubtful };
}

/** The drop on the training images that nothing has learnt from, to choose by. */
export function compareHeldOut(prepared: Prepared, copy: CompressedCopy): Promise<Comparison> {
  return compare(prepared, copy, prepared.heldOut, prepared.heldOutFeatures);
}

async function compare(
  prepared: Prepared,
  { network, head }: CompressedCopy,
  images: LabelledImages,
  original: Tensor,
): Promise<Comparison> {
  const label = `compressed features of ${images === prepared.heldOut ? "held-out" : "test"} images`;
  const compressed = await imageFeatures(prepared.options, network, images, label);
  const classesOf = (of: LinearWeights, features: Tensor) => predictions(logitsOf([of], features));
  return comparePredictions(classesOf(prepared.head, original), classesOf(head, compressed), images.labels);
}

async function timeBoth({ options, measured }: Prepared, { network, plan }: CompressedCopy): Promise<Beside> {
  const { engine, batch, onStep } = options;
  const [timed] = await timeBeside(measured.network, [network], engine, {
    ...rounds,
    shape: [batch, ...measured.imageShape],
    expected: [plan.speedup],
    onProgress: (done, total) => onStep?.("timing both networks", done, total),
  });
  return timed;
}
