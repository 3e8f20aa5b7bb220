import type { Engine } from "../engines/engine";
import { onnxRuntime } from "../engines/onnxRuntime";
import { tensorflow } from "../engines/tensorflow";
import { deepNetwork } from "../network/deepNetwork";
import { costs, parameterCount } from "../network/network";
import { progress } from "../display/progress";
import { type LineFit, lineFit } from "../statistics/lineFit";
import { median } from "../statistics/summary";
import { timeInTurn, type Timing } from "../engines/time";
import type { Chapter } from "./open";

/** Layers of the networks that are timed. */
export const depths: readonly number[] = [2, 6, 10, 18, 26, 34];

/** CIFAR-10's own; the blocks then work on 64 × 8 × 8 values. */
const imageShape = [3, 32, 32];

/** Rounds at each batch size: large batches take long, small ones are noisy. */
const rounds = [
  { batch: 1, warmUps: 5, runs: 40 },
  { batch: 64, warmUps: 1, runs: 6 },
];

/** Latency against depth for one engine and one batch size. */
export interface DepthSeries {
  /** "ONNX Runtime, 1 thread". */
  engine: string;
  batch: number;
  layers: readonly number[];
  /** Median milliseconds a batch, one for each depth. */
  ms: number[];
  /** The straight line through them: slope in ms a layer. */
  fit: LineFit;
  /** How much the runs differ: interquartile range over median, the median of the depths. */
  scatter: number;
}

/** ONNX Runtime with all threads and with one, and TensorFlow.js as it loads here. */
export async function depthEngines(chapter: Chapter): Promise<Engine[]> {
  const [all, one] = [chapter.engine, onnxRuntime(1)];
  return [...(all.threads > 1 ? [all, one] : [one]), await tensorflow()];
}

const engineLabel = ({ name, threads }: Engine) => `${name}, ${threads === 1 ? "1 thread" : "all threads"}`;

/**
 * Times networks of every depth on every engine, at batch 1 and 64. All take turns run by run, engine after engine at each
 * depth, so that no two sessions with several threads follow each other: the first one's still spin when it is done.
 */
export async function timeDepths(engines: readonly Engine[], plan = rounds, layers = depths): Promise<DepthSeries[]> {
  const networks = layers.map((count) => deepNetwork(count));
  const bar = progress(
    `${layers.length} depths, ${engines.length} engines, rounds`,
    plan.reduce((sum, { warmUps, runs }) => sum + warmUps + runs, 0),
  );
  const series: DepthSeries[] = [];
  let before = 0;
  for (const { batch, warmUps, runs } of plan) {
    const shape = [batch, ...imageShape];
    const onProgress = (done: number) => bar.update(before + done);
    const timings = await timeInTurn(networks, engines, { warmUps, runs, shape, onProgress });
    engines.forEach((engine, index) => {
      const own = layers.map((_, depth) => timings[depth * engines.length + index]);
      series.push({ engine: engineLabel(engine), batch, ...seriesOf(layers, own) });
    });
    before += warmUps + runs;
  }
  bar.end();
  return series;
}

function seriesOf(layers: readonly number[], timings: readonly Timing[]) {
  const ms = timings.map((timing) => timing.median);
  const scatter = median(timings.map((timing) => timing.spread / timing.median));
  return { layers, ms, fit: lineFit(layers, ms), scatter };
}

/** Rows of table 5-1: every two layers more add the same parameters and the same multiply-accumulates. */
export function depthRows(layers = depths) {
  return layers.map((count) => {
    const network = deepNetwork(count);
    const macs = costs(network, imageShape).reduce((sum, cost) => sum + cost.macs, 0);
    return {
      layers: count,
      blocks: (count - 2) / 2,
      parameters: parameterCount(network),
      "million MACs an image": Number((macs / 1e6).toFixed(3)),
    };
  });
}

/** Rows of table 5-2. */
export function table52(series: readonly DepthSeries[]) {
  return series.map(({ engine, batch, layers, ms, fit, scatter }) => ({
    engine,
    batch,
    ...Object.fromEntries(layers.map((count, i) => [`${count} layers, ms`, ms[i].toFixed(2)])),
    "a layer more, ms": fit.slope.toFixed(3),
    "intercept, ms": fit.intercept.toFixed(2),
    "R² of the line through these ms": fit.r2.toFixed(4),
    "scatter of these ms": `${(100 * scatter).toFixed(0)} %`,
  }));
}

/** What the lines say, without a verdict: that is the claim's. */
export function depthFinding(series: readonly DepthSeries[]): string {
  const worst = series.reduce((least, each) => (each.fit.r2 < least.fit.r2 ? each : least));
  const shares = series.map(({ fit, ms }) => (100 * fit.intercept) / ms[ms.length - 1]);
  const [low, high] = [Math.min(...shares), Math.max(...shares)].map((value) => value.toFixed(0));
  return `A straight line explains at least R² = ${worst.fit.r2.toFixed(4)} of the variance, least for ${worst.engine} at batch ${worst.batch}. Its intercept, what a network of no layers would take, is ${low} % to ${high} % of the deepest network's time.`;
}
