import type { Engine } from "../engines/engine";
import { UserError } from "../errors";
import { quantile } from "../statistics/summary";
import { cpuMsPerBatchInterleaved, type Timing } from "../timing";
import { allocateRanks } from "./allocateRanks";
import type { Ranks } from "./calibration";
import type { Allocation, LayerChoices } from "./choices";
import { choicesOf, type Groundwork, type Loss } from "./groundwork";
import { predictMs } from "./latencyTable";
import { madeUpSplits } from "./madeUpSplits";

/** Chooses ranks within a budget: one of lib/compression's allocators. */
export type Allocator = (layers: readonly LayerChoices[], budget: number) => Allocation;

/** Ranks that run as fast as was asked for. */
export interface SpeedPlan {
  ranks: Ranks;
  /** Sum of the predicted losses. */
  loss: number;
  /** Milliseconds a batch by the latency table. */
  predictedMs: { original: number; compressed: number };
  /** Measured in turn: the original, then the compressed network. */
  measured: [Timing, Timing];
  /** Ratio of the lower quartiles of the runs: what other programs take from some runs does not count. */
  speedup: number;
}

/** Plans that are timed before the search is given up. */
const tries = 5;

/** Factor by which the aim rises at most from one plan to the next: one slow reading must not cost many ranks. */
const mostCorrection = 1.07;

/**
 * Ranks for a speed-up that is measured, not only predicted: the allocation by the latency table is timed as a whole, with
 * made-up weights since time does not depend on them, and the budget corrected by what the table was wrong.
 * @param speedup over the network as it is, above 1.
 * @returns the first plan that reaches the speed-up.
 * @throws UserError if the smallest ranks are not fast enough, by the table or by the clock.
 */
export async function planForSpeed(
  groundwork: Groundwork,
  engine: Engine,
  speedup: number,
  { allocator = allocateRanks, loss = "sensitivity" as Loss, runs = 15 } = {},
): Promise<SpeedPlan> {
  if (!(speedup > 1)) throw new UserError(`a speed-up of ${speedup} asks for nothing: give a number above 1`);
  const { table } = groundwork;
  const choices = choicesOf(groundwork, "ms", loss);
  const original = predictMs(table, new Map());
  let aim = speedup;
  for (let i = 0; i < tries; i++) {
    const budget = original / aim - table.restMs;
    const plan = await timed(groundwork, engine, allocationFor(choices, budget, allocator, speedup), runs);
    if (plan.speedup >= speedup) return plan;
    aim *= Math.min(mostCorrection, (1.01 * speedup) / plan.speedup);
  }
  throw new UserError(
    `${speedup} × could not be measured in ${tries} tries on this machine: ask for less, or try again when nothing else runs`,
  );
}

function allocationFor(choices: LayerChoices[], budget: number, allocator: Allocator, speedup: number): Allocation {
  try {
    return allocator(choices, budget);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${speedup} × is out of reach on this machine, even the smallest ranks take longer: ask for less`,
    );
  }
}

async function timed(groundwork: Groundwork, engine: Engine, allocation: Allocation, runs: number): Promise<SpeedPlan> {
  const { network, table, imageShape } = groundwork;
  const { ranks, loss } = allocation;
  const sessions = [
    { name: "original", session: await engine.open(network) },
    { name: "compressed", session: await engine.open(madeUpSplits(network, ranks)) },
  ];
  try {
    const shape = [table.batch, ...imageShape];
    const [before, after] = await cpuMsPerBatchInterleaved(sessions, { warmUps: 2, runs, shape });
    return {
      ranks,
      loss,
      predictedMs: { original: predictMs(table, new Map()), compressed: predictMs(table, ranks) },
      measured: [before, after],
      speedup: quantile(before.runs, 0.25) / quantile(after.runs, 0.25),
    };
  } finally {
    await Promise.all(sessions.map(({ session }) => session.close()));
  }
}
