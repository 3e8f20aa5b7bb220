import type { Engine } from "../engines/engine";
import { timeInTurn } from "../engines/time";
import { Matrix } from "ml-matrix";
import { foldBatchNorms } from "../network/foldBatchNorms";
import { inputSplit } from "../network/inputSplit";
import { type Conv, costs, imageInput, type Network } from "../network/network";
import { outputSplit } from "../network/outputSplit";
import { replaceNode } from "../network/rewire";
import { spatialSplit } from "../network/spatialSplit";
import { tucker2 } from "../network/tucker2";
import { progress } from "../display/progress";
import { Random } from "../core/random";
import type { Chapter } from "./open";
import { protocol } from "./protocol";

/** Shares of a layer's multiply-accumulates that a factorization may keep. */
const shares = [0.5, 0.25];

/** One factorization of every 3 × 3 convolution, timed. */
export interface FormTime {
  form: string;
  /** Asked for; 1 for the network as it is. */
  share: number;
  /** Multiply-accumulates of the whole network over those of the original. */
  macs: number;
  /** Median milliseconds a batch over those of the original. */
  time: number;
  ms: number;
}

/** Factors of the right shapes: time does not depend on the numbers in them. */
function madeUpSvd(rows: number, columns: number, rank: number) {
  const random = new Random(rank);
  const matrix = (height: number) =>
    Matrix.from1DArray(
      height,
      rank,
      Float64Array.from({ length: height * rank }, () => random.normal() / Math.sqrt(rank)),
    );
  return { u: matrix(rows), s: new Float64Array(rank).fill(1), v: matrix(columns) };
}

const forms: Record<string, (conv: Conv, rank: number) => Conv[]> = {
  "output split: 3×3 to r, 1×1": (conv, rank) => {
    const [out, inputs, high, wide] = conv.weight.shape;
    return outputSplit(conv, rank, madeUpSvd(out, inputs * high * wide, rank));
  },
  "input split: 1×1 to r, 3×3": (conv, rank) => {
    const [out, inputs, high, wide] = conv.weight.shape;
    return inputSplit(conv, rank, madeUpSvd(inputs, out * high * wide, rank));
  },
  "Tucker-2: 1×1, 3×3, 1×1": (conv, rank) => {
    const [out, inputs, high, wide] = conv.weight.shape;
    const rankIn = Math.max(1, Math.round((rank * inputs) / out));
    const svds = { input: madeUpSvd(inputs, 1, rankIn), output: madeUpSvd(out, inputs * high * wide, rank) };
    return tucker2(conv, [rankIn, rank], svds);
  },
  "spatial: 3×1 to r, 1×3": (conv, rank) => {
    const [out, inputs, high, wide] = conv.weight.shape;
    return spatialSplit(conv, rank, madeUpSvd(inputs * high, out * wide, rank));
  },
};

/**
 * Times whole networks whose 3 × 3 convolutions are all factorized in one form, at equal shares of their multiply-accumulates,
 * in turn.
 */
export async function timeForms(chapter: Chapter): Promise<FormTime[]> {
  const original = foldBatchNorms(chapter.network);
  const plans = shares.flatMap((share) => Object.keys(forms).map((form) => ({ form, share })));
  const networks = [original, ...plans.map(({ form, share }) => factorized(original, forms[form], share))];
  const ms = await medians(networks, chapter.engine);
  const macs = networks.map(totalMacs);
  return [{ form: "the network as it is", share: 1 }, ...plans].map((plan, i) => ({
    ...plan,
    macs: macs[i] / macs[0],
    time: ms[i] / ms[0],
    ms: ms[i],
  }));
}

async function medians(networks: readonly Network[], engine: Engine): Promise<number[]> {
  const [warmUps, runs] = [1, 3];
  const bar = progress(`${networks.length} networks in turn, rounds`, warmUps + runs);
  const timings = await timeInTurn(networks, engine, {
    shape: [protocol.batchSize, ...protocol.imageShape],
    warmUps,
    runs,
    onProgress: bar.update,
  });
  bar.end();
  return timings.map(({ median }) => median);
}

const totalMacs = (network: Network) =>
  costs(network, [...protocol.imageShape]).reduce((sum, { macs }) => sum + macs, 0);

/** Ranks are multiples of a block of channels. */
const step = 8;

/**
 * The largest multiple of `step` whose multiply-accumulates, a r + b r², stay within the most allowed; `step` at least.
 * @param once at r = step.
 * @param twice at r = 2 · step.
 */
function largestRank(most: number, once: number, twice: number): number {
  const b = (twice - 2 * once) / 2;
  const a = once - b;
  const steps = b > 0 ? (Math.sqrt(a * a + 4 * b * most) - a) / (2 * b) : most / a;
  return step * Math.max(1, Math.floor(steps + 1e-9));
}

/** Every 3 × 3 convolution replaced, each at the largest rank that keeps within the share. */
function factorized(network: Network, form: (conv: Conv, rank: number) => Conv[], share: number): Network {
  const shapes = new Map(costs(network, [...protocol.imageShape]).map((cost) => [cost.name, cost.outputShape]));
  let result = network;
  for (const node of network.nodes) {
    if (node.kind !== "conv" || node.weight.shape[2] !== 3) continue;
    const inputShape = shapes.get(node.input) ?? [...protocol.imageShape];
    const macs = (nodes: Conv[]) =>
      costs({ nodes: [{ ...nodes[0], input: imageInput }, ...nodes.slice(1)] }, inputShape).reduce(
        (sum, cost) => sum + cost.macs,
        0,
      );
    const rank = largestRank(share * macs([node]), macs(form(node, step)), macs(form(node, 2 * step)));
    result = replaceNode(result, node.name, form(node, rank));
  }
  return result;
}

/** Rows of table 7-2. */
export function formRows(times: readonly FormTime[]) {
  return times.map(({ form, share, macs, time, ms }) => ({
    form,
    "share of each layer's MACs": share === 1 ? "all" : `at most ${share}`,
    "MACs of the network %": Number((100 * macs).toFixed(1)),
    "median ms": ms.toFixed(1),
    "speed-up by MACs": (1 / macs).toFixed(2),
    "speed-up by the clock, from ms": (1 / time).toFixed(2),
  }));
}
