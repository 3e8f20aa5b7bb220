import type { LayerMeasurements } from "../measure/measureLayers";
import { planByTable, type SpeedPlan } from "./speedPlan";

/** Factor from one rung to the next: what is lost is not known so exactly that less would tell. */
const step = 1.1;

/**
 * Plans for higher and higher speed-ups by the tables alone, each in the precision that is predicted to lose least there.
 * @param measurements in each precision that may be chosen.
 * @param mostLoss predicted loss above which no plan is worth a try.
 * @returns ascending by speed-up and by predicted loss.
 */
export function speedLadder(measurements: readonly LayerMeasurements[], mostLoss: number): SpeedPlan[] {
  const rungs: SpeedPlan[] = [];
  for (let speedup = step; ; speedup *= step) {
    const plans = measurements.flatMap((measured) => planByTable(measured, speedup) ?? []);
    const [best] = plans.sort((a, b) => a.loss - b.loss);
    if (!best || best.loss > mostLoss) return rungs;
    // Int8 with no layer split is faster than its first rungs ask for.
    if (best.speedup !== rungs.at(-1)?.speedup) rungs.push(best);
  }
}

/**
 * The highest rung that holds, by bisection: none is tried above one that does not hold.
 * @param holds is told how many tries may follow at most.
 * @returns undefined if none that was tried holds.
 */
export async function highestThatHolds<Rung>(
  rungs: readonly Rung[],
  holds: (rung: Rung, left: number) => Promise<boolean>,
): Promise<Rung | undefined> {
  let [from, to] = [0, rungs.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (await holds(rungs[middle], Math.floor(Math.log2(to - from)))) from = middle + 1;
    else to = middle;
  }
  return rungs[from - 1];
}
