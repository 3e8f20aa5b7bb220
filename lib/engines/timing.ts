import { Random } from "../core/random";
import { mean, median, quantile } from "../statistics/summary";
import { type Tensor, tensor } from "../core/tensor";

/** Durations of repeated runs of one batch, in milliseconds. */
export interface Timing {
  name: string;
  runs: number[];
  mean: number;
  median: number;
  /** Interquartile range. */
  spread: number;
}

/** A session, or anything else that takes a batch. */
export interface Runnable {
  run(images: Tensor): Promise<unknown>;
}

export interface TimingOptions {
  /** Runs before the clock counts; 10 as in the report. */
  warmUps?: number;
  /** Runs that count; 50 as in the report. */
  runs?: number;
  /** Of the input; the report's is (64, 3, 128, 128). */
  shape?: number[];
  seed?: number;
  /** Called after every round, warm-ups included: one run of every session. */
  onRound?: (done: number, total: number) => void;
}

/**
 * Milliseconds a batch (report, chapter 4, `cpu_ms_per_batch`): input from N(0, 1), 10 runs to warm up, then 50 timed.
 * The report gives their mean; the median is steadier on a machine that does other things too.
 */
export async function cpuMsPerBatch(session: Runnable, options: TimingOptions = {}): Promise<Timing> {
  const [timing] = await cpuMsPerBatchInterleaved([{ name: "network", session }], options);
  return timing;
}

/**
 * As cpuMsPerBatch for several models that take turns run by run, so that whatever slows the machine for a while
 * (heat, another program) hits all alike and their ratios stay fair.
 */
export async function cpuMsPerBatchInterleaved(
  sessions: readonly { name: string; session: Runnable }[],
  options: TimingOptions = {},
): Promise<Timing[]> {
  const { warmUps = 10, runs = 50, shape = [64, 3, 128, 128], seed = 0, onRound } = options;
  const input = normalInput(shape, new Random(seed));
  const durations: number[][] = sessions.map(() => []);
  for (let round = 0; round < warmUps + runs; round++) {
    for (const [index, { session }] of sessions.entries()) {
      const start = performance.now();
      await session.run(input);
      if (round >= warmUps) durations[index].push(performance.now() - start);
    }
    onRound?.(round + 1, warmUps + runs);
  }
  return sessions.map(({ name }, index) => summary(name, durations[index]));
}

/** The runs of two timings as those of one. */
export function pooled(first: Timing, second: Timing): Timing {
  return summary(first.name, [...first.runs, ...second.runs]);
}

function summary(name: string, runs: number[]): Timing {
  const spread = quantile(runs, 0.75) - quantile(runs, 0.25);
  return { name, runs, mean: mean(runs), median: median(runs), spread };
}

function normalInput(shape: number[], random: Random): Tensor {
  const input = tensor(shape);
  for (let i = 0; i < input.data.length; i++) input.data[i] = random.normal();
  return input;
}
