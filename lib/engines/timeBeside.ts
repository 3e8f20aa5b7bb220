import type { Network } from "../network/network";
import type { Engine } from "./engine";
import { differ, type Speedup, speedupOf } from "./speedup";
import { pooled, timeInTurn, type Timing, type TimingOptions } from "./time";

/** A network timed beside another, and its speed-up over that. */
export interface Beside {
  before: Timing;
  after: Timing;
  speedup: Speedup;
}

/** Share by which a reading may miss what was expected of it: sums over layers miss a whole by some hundredths. */
const unexpected = 0.15;

/**
 * Networks timed in turn with a first one. Those whose ratio contradicts itself, or what was expected of it, are timed once
 * more beside the first; the runs of both timings count alike, and what contradicts still is doubtful.
 * @param expected how many times as fast each is, where something tells it.
 * @throws UserError for rounds that cannot be.
 */
export async function timeBeside(
  first: Network,
  others: readonly Network[],
  engine: Engine,
  { expected, ...options }: TimingOptions & { expected?: readonly number[] },
): Promise<Beside[]> {
  const time = async (networks: readonly Network[]) => {
    const [before, ...rest] = await timeInTurn([first, ...networks], engine, options);
    return rest.map((after) => beside(before, after));
  };
  const judged = (timed: Beside, i: number): Beside => {
    const contradicted = expected !== undefined && differ(timed.speedup.ratio, expected[i], unexpected);
    return contradicted ? { ...timed, speedup: { ...timed.speedup, doubtful: true } } : timed;
  };
  const readings = (await time(others)).map(judged);
  const again = others.flatMap((_, i) => (readings[i].speedup.doubtful ? [i] : []));
  if (again.length === 0) return readings;
  const second = await time(again.map((i) => others[i]));
  for (const [at, i] of again.entries()) readings[i] = judged(together(readings[i], second[at]), i);
  return readings;
}

/** Two timings of the same networks as one, their runs counting alike: doubtful where the second is, or contradicts both. */
export function together(first: Beside, second: Beside): Beside {
  const both = beside(pooled(first.before, second.before), pooled(first.after, second.after));
  const doubtful = second.speedup.doubtful || differ(both.speedup.ratio, second.speedup.ratio);
  return { ...both, speedup: { ...both.speedup, doubtful } };
}

export function beside(before: Timing, after: Timing): Beside {
  return { before, after, speedup: speedupOf(before.runs, after.runs) };
}
