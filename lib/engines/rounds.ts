import { requireWhole } from "../core/errors";
import { stopIfInterrupted } from "../core/interrupt";
import type { OnProgress } from "../core/progress";
import { type Load, loadNow, takenByOthers } from "../core/busyness";
import { isSettled, speedupOf } from "./speedup";

/** Rounds that warm up, and those that count, at least; `onProgress` is called after each of both. */
export interface RoundsOptions {
  warmUps: number;
  runs: number;
  /** Where given, rounds go on, up to so many, until the ratio of every contender's time to the first's is settled. */
  mostRuns?: number;
  onProgress?: OnProgress;
  clock?: Clock;
}

/** What tells milliseconds and the load; the machine's own unless given. */
export interface Clock {
  now(): number;
  load(): Load;
}

const ownClock: Clock = { now: () => performance.now(), load: () => loadNow() };

/**
 * Lets contenders take turns run by run, so that whatever slows the machine for a while (heat, another program) hits all
 * alike and their ratios stay fair.
 * @returns milliseconds of each contender's runs, and the share of this process's cores that others took meanwhile.
 * @throws UserError for fewer than 0 warm-ups, 1 run, or fewer at most than at least.
 */
export async function takeRounds(
  contenders: readonly (() => Promise<unknown>)[],
  { warmUps, runs, mostRuns = runs, onProgress, clock = ownClock }: RoundsOptions,
): Promise<{ durations: number[][]; busy: number }> {
  requireWhole("warmUps", warmUps, 0);
  requireWhole("runs", runs, 1);
  requireWhole("mostRuns", mostRuns, runs);
  const durations: number[][] = contenders.map(() => []);
  let before = clock.load();
  for (let round = 1 - warmUps; round <= mostRuns; round++) {
    if (round === 1) before = clock.load();
    for (const [i, run] of contenders.entries()) {
      stopIfInterrupted();
      const start = clock.now();
      await run();
      if (round > 0) durations[i].push(clock.now() - start);
    }
    const settled = () => durations.every((each, i) => i === 0 || isSettled(speedupOf(durations[0], each)));
    const last = round === mostRuns || (round >= runs && settled());
    onProgress?.(warmUps + (last ? mostRuns : round), warmUps + mostRuns);
    if (last) break;
  }
  return { durations, busy: takenByOthers(before, clock.load()) };
}
