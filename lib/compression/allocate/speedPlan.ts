import type { Engine } from "../../engines/engine";
import { timeBeside } from "../../engines/timeBeside";
import { UserError } from "../../core/errors";
import type { OnStep } from "../../core/progress";
import { allocateRanks } from "./allocateRanks";
import type { Allocation } from "./choices";
import { choicesOf, type LayerMeasurements } from "../measure/measureLayers";
import { predictMs } from "../measure/latencyTable";
import { int8LayersOf, slowerInInt8 } from "../measure/measureInt8";
import type { Precision } from "../measure/layerTimes";
import { placeholderInt8, placeholderSplits } from "../placeholders";
import type { RankPlan } from "../../network/rankPlan";

/** Ranks that run as fast as was asked for. */
export interface SpeedPlan {
  precision: Precision;
  ranks: RankPlan;
  /** Layers that stay in fp32 where the others do not. */
  inFp32: ReadonlySet<string>;
  /** Sum of the predicted losses; in int8 with what rounding costs. */
  loss: number;
  /** Milliseconds a batch by the latency table. */
  predictedMs: { original: number; compressed: number };
  /**
   * Over the original: measured in turn with it (`speedupOf`), by the latency table where nothing was timed; and the share of the
   * cores that other programs took meanwhile.
   */
  speedup: number;
  busy: number;
}

/** Plans that are timed before the search ends. */
const tries = 6;

/** Timed runs of a plan and of the original; more, up to the limit, where their ratio does not settle. */
const rounds = { warmUps: 2, runs: 15, mostRuns: 24 };

/**
 * What a plan's timing is to reach, over what was asked for. Another timing may come out a hundredth lower; and speed that
 * nobody asked for costs accuracy.
 */
const wanted = { least: 1.01, middle: 1.02, most: 1.03 };

/** Factor by which the aim changes at most from one plan to the next: one slow reading must not cost many ranks. */
const mostCorrection = 1.07;

/** Milliseconds a batch of the network as it is in fp32, by the latency table. */
export function originalMs(measured: Pick<LayerMeasurements, "restMs" | "layers" | "int8">): number {
  return measured.int8?.fp32Ms ?? predictMs(measured, new Map());
}

/** No layer split, by the latency table alone. */
export function planAsIs(measured: LayerMeasurements): SpeedPlan {
  return untimed(measured, { ranks: new Map(measured.layers.map(({ layer }) => [layer, undefined])), loss: 0 });
}

/** Ranks for a speed-up by the latency table alone; undefined if even the smallest are too slow by it. */
export function planByTable(measured: LayerMeasurements, speedup: number): SpeedPlan | undefined {
  const budget = originalMs(measured) / speedup - measured.restMs;
  try {
    return untimed(measured, allocateRanks(choicesOf(measured, "ms", "sensitivity"), budget));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Whether all layers stay whole. */
export function splitsNothing({ ranks }: Pick<SpeedPlan, "ranks">): boolean {
  return [...ranks.values()].every((each) => each === undefined);
}

function untimed(measured: LayerMeasurements, { ranks, loss }: Pick<Allocation, "ranks" | "loss">): SpeedPlan {
  const [original, compressed] = [originalMs(measured), predictMs(measured, ranks)];
  return {
    precision: measured.int8 ? "int8" : "fp32",
    ranks,
    inFp32: new Set(),
    loss: loss + (measured.int8?.loss ?? 0),
    predictedMs: { original, compressed },
    speedup: original / compressed,
    busy: measured.busy,
  };
}

/**
 * Ranks for a speed-up that is measured, not only predicted: the allocation by the latency table is timed as a whole, with
 * placeholder factors since time does not depend on them, and the budget corrected by what the table was wrong.
 * @param speedup over the network as it is, above 1.
 * @throws UserError if the smallest ranks are not fast enough, by the table or by the clock.
 */
export async function planForSpeed(
  measured: LayerMeasurements,
  engine: Engine,
  speedup: number,
  onStep?: OnStep,
): Promise<SpeedPlan> {
  if (!(speedup > 1)) throw new UserError(`a speed-up of ${speedup} asks for nothing: give a number above 1`);
  // What the table was wrong by for one plan is no surprise for the next.
  let [busy, correction, mixed] = [measured.busy, 1, true];
  const here = () => `on this machine, of which other programs took up to ${(100 * busy).toFixed(0)} %`;
  const planAt = async (aim: number) => {
    const untimed = planByTable(measured, aim);
    if (!untimed)
      throw new UserError(`${speedup} × is out of reach ${here()}: even the smallest ranks take longer, ask for less`);
    const plan = await timePlan(measured, engine, untimed, { correction, mixed, onStep });
    mixed &&= plan.inFp32.size > 0 || slowerInInt8(measured, plan.ranks).size === 0;
    correction = plan.speedup / untimed.speedup;
    busy = Math.max(busy, plan.busy);
    return plan;
  };
  // In int8 the layers may be fast enough as they are: no aim is lower.
  const asIs = planAsIs(measured).speedup >= speedup ? await planAt(speedup) : undefined;
  const plan = asIs && asIs.speedup >= wanted.least * speedup ? asIs : await searchPlan(speedup, planAt);
  if (plan) return plan;
  throw new UserError(
    `${speedup} × could not be measured in ${tries} tries ${here()}: ask for less, or try again when nothing else runs`,
  );
}

/**
 * Corrects what is aimed at until a plan's own timing is what was asked for, or a little more.
 * @param planAt a plan for a speed-up by the latency table, and what it really reaches.
 * @returns the plan of the least loss that reaches the speed-up with the margin, else the fastest that reaches it.
 */
export async function searchPlan<Plan extends Pick<SpeedPlan, "loss" | "speedup">>(
  speedup: number,
  planAt: (aim: number) => Promise<Plan>,
): Promise<Plan | undefined> {
  const reached: Plan[] = [];
  let aim = speedup;
  for (let i = 0; i < tries; i++) {
    const plan = await planAt(aim).catch((error) => {
      // The margin may be out of reach where the speed-up is not.
      if (error instanceof UserError && reached.length > 0) return undefined;
      throw error;
    });
    if (!plan) break;
    if (plan.speedup >= speedup) reached.push(plan);
    if (plan.speedup >= wanted.least * speedup && plan.speedup <= wanted.most * speedup) break;
    const correction = (wanted.middle * speedup) / plan.speedup;
    aim *= Math.min(mostCorrection, Math.max(1 / mostCorrection, correction));
  }
  const safe = reached.filter((plan) => plan.speedup >= wanted.least * speedup);
  return safe.length > 0
    ? safe.reduce((best, plan) => (plan.loss < best.loss ? plan : best))
    : reached.sort((a, b) => b.speedup - a.speedup)[0];
}

/**
 * A plan by its timing. Layers that are slower in int8 by themselves may yet be better in it, since a change of precision on the
 * way costs time as well: both ways are timed, unless it is known that mixing does not pay.
 * @param correction how many times as fast as the latency table tells a plan is expected to be.
 */
export async function timePlan(
  measured: LayerMeasurements,
  engine: Engine,
  plan: SpeedPlan,
  { correction = 1, mixed = true, onStep }: { correction?: number; mixed?: boolean; onStep?: OnStep },
): Promise<SpeedPlan> {
  const { network, batch, imageShape, int8 } = measured;
  const split = placeholderSplits(network, plan.ranks);
  const slower = slowerInInt8(measured, plan.ranks);
  const ways = mixed && slower.size > 0 ? [new Set<string>(), slower] : [new Set<string>()];
  const forms = ways.map((inFp32) => (int8 ? placeholderInt8(split, int8LayersOf(split, inFp32)) : split));
  const expected = forms.map(() => correction * plan.speedup);
  const onProgress = (done: number, total: number) => onStep?.("timing a plan", done, total);
  const options = { ...rounds, shape: [batch, ...imageShape], expected, onProgress };
  const timings = await timeBeside(network, forms, engine, options);
  const ratios = timings.map(({ speedup }) => speedup.ratio);
  const speedup = Math.max(...ratios);
  const best = ratios.indexOf(speedup);
  return { ...plan, inFp32: ways[best], speedup, busy: timings[best].after.busy };
}
