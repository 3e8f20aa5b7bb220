import { join, relative } from "node:path";
import { fitNetwork } from "../compression/fit/fitNetwork";
import { optionOf } from "../compression/measure/latencyTable";
import { refitHead } from "../compression/fit/linearRefit";
import { rankMetadata } from "../compression/rankMetadata";
import { features as extract } from "../engines/features";
import { writeAtomically } from "../core/files";
import { convOf } from "../network/layerOf";
import { type LinearWeights, withHead } from "../network/head";
import type { Network } from "../network/network";
import { toOnnx } from "../network/onnx";
import { firstImages, type LabelledImages } from "../assets/images/cifar10";
import { buildFolder, root } from "../core/paths";
import { progress } from "../display/progress";
import { mcnemar } from "../statistics/mcnemar";
import {
  type PairedCounts,
  type PairedDifference,
  pairedCounts,
  pairedDifference,
} from "../statistics/pairedDifference";
import type { Tensor } from "../core/tensor";
import { type Accuracy, accuracyOf, logitsOf, predictions } from "../training/evaluate";
import type { CompressionStudy } from "./compressionStudy";
import { type FrontierPoint, isProposed, proposed, type TimedPlan } from "./frontier";
import { mediansByThreads } from "./mediansByThreads";
import { protocol } from "./protocol";

/** The network that chapter 7 ends with, beside the original on every test image. */
export interface ChosenNetwork {
  plan: TimedPlan;
  network: Network;
  /** Ratio of medians to the original's, measured in turn on this network itself: with the engine's threads, and with one. */
  speedup: number;
  speedupOneThread: number;
  before: Accuracy;
  after: Accuracy;
  counts: PairedCounts;
  drop: PairedDifference;
  /** McNemar's mid-p. */
  midP: number;
  /** Images on which both give the same answer, right or not. */
  agreeing: number;
}

/** The plan of the proposed allocation that is nearest to twice as fast, by the clock. */
export function choosePlan(points: readonly FrontierPoint[]): FrontierPoint {
  const own = points.filter(isProposed);
  return own.reduce((best, point) => (Math.abs(point.speedup - 2) < Math.abs(best.speedup - 2) ? point : best));
}

/** Rows of table 7-4: each layer's rank, work and time. */
export function planRows({ measured }: CompressionStudy, { ranks: plan }: TimedPlan) {
  return measured.layers.map((own) => {
    const { layer } = own;
    const ranks = plan.get(layer);
    const [before, after] = [undefined, ranks].map((each) => optionOf(own, each));
    const conv = convOf(measured.network, layer);
    return {
      layer,
      channels: `${conv.weight.shape[1]} to ${conv.weight.shape[0]}`,
      "input rank": ranks?.input ?? "as it is",
      rank: ranks?.output ?? "as it is",
      "MACs kept %": ((100 * after.macs) / before.macs).toFixed(0),
      "before ms": before.ms.toFixed(2),
      "after ms": after.ms.toFixed(2),
    };
  });
}

/** Fits the chosen plan, refits the head to the report's training images, and compares both networks on all test images. */
export async function buildChosen(
  study: CompressionStudy,
  plan: FrontierPoint,
  head: LinearWeights,
): Promise<ChosenNetwork> {
  const { chapter } = study;
  const { train, test } = chapter.assets.images;
  const fitted = plan.network ?? (await fittedAgain(study, plan));
  const learning = firstImages(train, protocol.trainImages);
  const refitted = refitHead(head, await features(study, fitted, learning), await features(study, undefined, learning));
  const network = withHead(fitted, [refitted]);
  const [before, after] = [
    predictions(logitsOf([head], await features(study, undefined, test))),
    predictions(logitsOf([refitted], await features(study, network, test))),
  ];
  const counts = pairedCounts(before, after, test.labels);
  return {
    plan,
    network,
    ...(await timeChosen(study, network)),
    before: accuracyOf(before, test.labels),
    after: accuracyOf(after, test.labels),
    counts,
    drop: pairedDifference(counts),
    midP: mcnemar(counts.onlyFirst, counts.onlySecond).midP,
    agreeing: before.filter((answer, i) => answer === after[i]).length,
  };
}

/** Times the network itself, not a stand-in of its shapes, in turn with the original. */
async function timeChosen({ chapter, measured }: CompressionStudy, network: Network) {
  const networks = [measured.network, network];
  const shape = [measured.batch, ...protocol.imageShape];
  const label = "the chosen network and the original in turn";
  const medians = await mediansByThreads(chapter.engine, networks, label, { warmUps: 1, runs: 6, shape });
  const [speedup, speedupOneThread] = medians.map(([original, chosen]) => original / chosen);
  return { speedup, speedupOneThread };
}

/** The chosen plan's network where its answers came from a cache. */
async function fittedAgain({ chapter, measured, calibration }: CompressionStudy, plan: TimedPlan): Promise<Network> {
  const bar = progress("fitting the chosen network, layers", measured.layers.length);
  const { engine } = chapter;
  const options = { images: calibration, engine, bases: measured.bases, onProgress: bar.update };
  const fitted = await fitNetwork(measured.network, plan.ranks, proposed.fit, options);
  bar.end();
  return fitted;
}

/** Features of a compressed network, or of the original one, cached by content. */
async function features(
  { chapter }: CompressionStudy,
  network: Network | undefined,
  images: LabelledImages,
): Promise<Tensor> {
  const bar = progress(`features of ${images.count} images`, images.count);
  const cache = { fresh: chapter.fresh };
  const data = await extract(network ?? chapter.network, images, chapter.engine, { cache, onProgress: bar.update });
  bar.end();
  return data.features;
}

/** Rows of table 7-5. */
export function imageByImageRows({ counts, before, after, agreeing, drop, midP }: ChosenNetwork) {
  const total = before.total;
  const percent = (accuracy: Accuracy) =>
    `${(100 * accuracy.share).toFixed(2)} % (${(100 * accuracy.low).toFixed(2)} to ${(100 * accuracy.high).toFixed(2)})`;
  const points = (share: number) => (100 * share).toFixed(2);
  const rows: [string, string][] = [
    ["test images", String(total)],
    ["top-1 before", percent(before)],
    ["top-1 after", percent(after)],
    ["points lost, 95 % interval", `${points(drop.difference)} (${points(drop.low)} to ${points(drop.high)})`],
    ["McNemar's mid-p", midP.toPrecision(2)],
    ["both right", String(counts.bothRight)],
    ["only the original right", String(counts.onlyFirst)],
    ["only the compressed right", String(counts.onlySecond)],
    ["neither right", String(counts.neither)],
    ["same answer, right or not", `${((100 * agreeing) / total).toFixed(2)} %`],
  ];
  return rows.map(([what, value]) => ({ what, value }));
}

/**
 * Writes the network as ONNX to build/, with what it was made from.
 * @returns one sentence that names the file and the size of it and of the original's.
 */
export async function writeChosen(
  { chapter, measured }: CompressionStudy,
  { network, plan }: ChosenNetwork,
): Promise<string> {
  const file = join(buildFolder, "chapter-7.onnx");
  const bytes = toOnnx(network, {
    weights_sha256: chapter.assets.weights.sha256,
    ...rankMetadata(plan.ranks),
    fit: proposed.fit,
  });
  await writeAtomically(file, bytes);
  const megabytes = (size: number) => (size / 1e6).toFixed(1);
  return `${relative(root, file)} holds the network as ONNX: ${megabytes(bytes.length)} MB, the original takes ${megabytes(toOnnx(measured.network).length)} MB.`;
}

/** What was reached, in one sentence. */
export function chosenFinding({ speedup, speedupOneThread, before, after, drop }: ChosenNetwork): string {
  const points = (share: number) => (100 * share).toFixed(2);
  return `Measured, the chosen network is ${speedup.toFixed(2)} × as fast as the original (${speedupOneThread.toFixed(2)} × at one thread) and answers ${points(after.share)} % of ${after.total} test images rightly instead of ${points(before.share)} %: ${points(drop.difference)} points less, 95 % interval ${points(drop.low)} to ${points(drop.high)}.`;
}
