import { bootstrapInterval } from "../statistics/bootstrap";
import type { Interval } from "../statistics/proportion";
import { quantile } from "../statistics/summary";

/** How many times as fast one network ran as another that it took turns with, and the 95 % interval over the rounds. */
export interface Speedup extends Interval {
  ratio: number;
  /** Whether rounds contradict each other: what the first half of them says is not what the second half says. */
  doubtful: boolean;
}

/** Widths of the interval, as shares: at which a ratio is known well enough, from which it is in doubt. */
const [narrow, wide] = [0.03, 0.1];

/** Share by which two readings of one ratio may differ. */
const apart = 0.05;

/**
 * The lower quartile: what else runs only ever adds time, so the short runs tell what the network takes; the very shortest
 * would hang on one run.
 */
export const usualMs = (runs: ArrayLike<number>): number => quantile(runs, 0.25);

/** Ratio of the lower quartiles of runs that took turns, milliseconds round by round. @throws UserError if there are none. */
export function speedupOf(before: readonly number[], after: readonly number[]): Speedup {
  const of = (runs: readonly number[], rounds: Float64Array) => usualMs(rounds.map((round) => runs[round]));
  const ratioOf = (rounds: Float64Array) => of(before, rounds) / of(after, rounds);
  const all = Float64Array.from(after, (_, round) => round);
  const interval = bootstrapInterval(all, ratioOf, 0, 400);
  const half = all.length >> 1;
  const [first, second] = half < 2 ? [0, 1] : [all.subarray(0, half), all.subarray(half)].map(ratioOf);
  return { ratio: ratioOf(all), ...interval, doubtful: differ(first, second) || widthOf(interval) > wide };
}

/** Whether a ratio is known well enough to stop timing. */
export function isSettled(speedup: Speedup): boolean {
  return !speedup.doubtful && widthOf(speedup) <= narrow;
}

const widthOf = ({ low, high }: Interval) => high / low - 1;

/** Whether two readings of a ratio contradict each other. */
export function differ(first: number, second: number, within = apart): boolean {
  return Math.abs(Math.log(first / second)) > Math.log1p(within);
}

/** "2.05 ×", with a question mark where it is doubtful. */
export const speedupText = ({ ratio, doubtful }: Pick<Speedup, "ratio" | "doubtful">): string =>
  `${ratio.toFixed(2)} ×${doubtful ? " ?" : ""}`;
