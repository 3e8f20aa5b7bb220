import type { Engine } from "../engines/engine";
import { UserError } from "../core/errors";
import type { OnStep } from "../core/progress";
import { type CompressedCopy, compressedCopy } from "./compressedCopy";
import type { LayerMeasurements } from "./measure/measureLayers";
import type { Comparison } from "./comparePredictions";
import { compareHeldOut, fallsShort, type Measured, measureCompressed, type Timer } from "./measureCompressed";
import { type CompressionOptions, measuredIn, type Prepared, prepareCompression } from "./prepareCompression";
import { originalMs, planAsIs, planForSpeed, type SpeedPlan } from "./allocate/speedPlan";

/** Shares of the speed-up asked for, less the 1 there is anyway, that are tried where all of it cannot be had. */
const lesserShares = [0.75, 0.5, 0.25];

/** A compressed network at a speed-up that was asked for, and what it does on the test images. */
export interface Attempt {
  speedup: number;
  copy: CompressedCopy;
  measured: Measured;
}

/** What came of it. */
export type CompressionOutcome =
  /** Perhaps int8 with no layer split beside it, where that was to choose from and something else was chosen. */
  | { kind: "met"; prepared: Prepared; attempt: Attempt; int8Alone?: Attempt }
  /** It costs more than it may; perhaps a lesser speed-up does not, chosen on images that nothing learns from. */
  | { kind: "too costly"; attempt: Attempt; instead?: Attempt & { heldOut: Comparison } }
  /** The plan was fast enough, the final timing missed the speed-up by more than it may; perhaps what it reached is one. */
  | { kind: "too slow"; attempt: Attempt; instead?: { speedup: number } }
  /** Not even the smallest ranks are fast enough; perhaps a lesser speed-up is in reach. */
  | { kind: "unreachable"; reason: string; instead?: { speedup: number } };

export interface CompressRequest extends CompressionOptions {
  /** Points of top-1 on the test images that the speed-up may cost; without it, any. */
  maxDrop?: number;
  /** Chooses the ranks; planForSpeed unless told. A test gives them, since what a clock decides is not the same twice. */
  planner?: (measured: LayerMeasurements, engine: Engine, speedup: number, onStep?: OnStep) => Promise<SpeedPlan>;
  /** Takes the final times; measureCompressed's own unless told, for the same reason. */
  timer?: Timer;
  /** Called with what each precision would reach, where there are several to choose from. */
  onWays?: (plans: readonly SpeedPlan[], speedup: number) => void;
  /** Called with every plan before it is fitted. */
  onPlan?: (prepared: Prepared, plan: SpeedPlan, speedup: number) => void;
  /** Called with the seconds that a part of the work took. */
  onSeconds?: (part: string, seconds: number) => void;
}

/**
 * Compresses a network to a measured speed-up: times and sensitivities, ranks by exact allocation, factors fitted in closed
 * form, the head refitted, everything measured beside the original. Test images count in the final measurement only.
 * @throws UserError if the training images do not suffice or a head's training diverges.
 */
export async function compressNetwork(request: CompressRequest): Promise<CompressionOutcome> {
  const { speedup, maxDrop } = request;
  const prepared = await clocked(request, "head, times, sensitivity", () => prepareCompression(request));
  const plan = await planOrReason(request, prepared, speedup);
  if (typeof plan === "string")
    return { kind: "unreachable", reason: plan, instead: await reachable(request, prepared) };
  request.onPlan?.(prepared, plan, speedup);
  const copy = await fitted(request, prepared, plan);
  const attempt = { speedup, copy, measured: await measuredInFull(request, prepared, copy, speedup) };
  if (maxDrop !== undefined && costs(attempt.measured) > maxDrop)
    return { kind: "too costly", attempt, instead: await affordable(request, prepared, maxDrop) };
  const reached = rounded(attempt.measured.speedup);
  if (fallsShort(attempt.measured, speedup))
    return { kind: "too slow", attempt, instead: reached > 1 ? { speedup: reached } : undefined };
  return { kind: "met", prepared, attempt, int8Alone: await int8Alone(request, prepared, copy) };
}

/** Points of top-1. */
export function costs({ drop }: Comparison): number {
  return 100 * drop.difference;
}

function measuredInFull(request: CompressRequest, prepared: Prepared, copy: CompressedCopy, speedup: number) {
  return clocked(request, "measurement", () => measureCompressed(prepared, copy, speedup, request.timer));
}

function fitted(request: CompressRequest, prepared: Prepared, plan: SpeedPlan) {
  return clocked(request, "fit", () => compressedCopy(prepared, plan));
}

/** Int8 with no layer split, measured too: what a user would pick instead. */
async function int8Alone(request: CompressRequest, prepared: Prepared, { plan }: CompressedCopy) {
  const split = [...plan.ranks.values()].some((ranks) => ranks !== undefined);
  if (!prepared.measuredInt8 || (plan.precision === "int8" && !split)) return undefined;
  const alone = planAsIs(prepared.measuredInt8);
  const copy = await fitted(request, prepared, alone);
  return { speedup: alone.speedup, copy, measured: await measuredInFull(request, prepared, copy, alone.speedup) };
}

/** The first lesser speed-up whose cost on the held-out training images keeps within the limit, and whose times hold. */
async function affordable(request: CompressRequest, prepared: Prepared, maxDrop: number) {
  for (const speedup of lesser(request.speedup)) {
    const plan = await planOrReason(request, prepared, speedup);
    if (typeof plan === "string") continue;
    request.onPlan?.(prepared, plan, speedup);
    const copy = await fitted(request, prepared, plan);
    const heldOut = await clocked(request, "held-out images", () => compareHeldOut(prepared, copy));
    if (costs(heldOut) > maxDrop) continue;
    const attempt = { speedup, copy, measured: await measuredInFull(request, prepared, copy, speedup), heldOut };
    if (!fallsShort(attempt.measured, speedup)) return attempt;
  }
  return undefined;
}

/** The largest lesser speed-up that can be measured, with nothing fitted. */
async function reachable(request: CompressRequest, prepared: Prepared): Promise<{ speedup: number } | undefined> {
  const most = fastestByTable(prepared);
  const tries = [0.95 * most, ...lesser(Math.min(most, request.speedup))];
  for (const speedup of tries.map(rounded)) {
    if (speedup <= 1 || speedup >= request.speedup) continue;
    if (typeof (await planOrReason(request, prepared, speedup)) !== "string") return { speedup };
  }
  return undefined;
}

/** The speed-up of every layer at its fastest, by the latency tables. */
function fastestByTable({ measured, measuredInt8 }: Prepared): number {
  return Math.max(...[measured, measuredInt8 ?? measured].map(fastestOf));
}

function fastestOf(measured: LayerMeasurements): number {
  const fastest = measured.layers.map(({ options }) => Math.min(...options.map(({ ms }) => ms)));
  return originalMs(measured) / fastest.reduce((sum, ms) => sum + ms, measured.restMs);
}

function lesser(speedup: number): number[] {
  const tries = lesserShares.map((share) => rounded(1 + (speedup - 1) * share));
  return [...new Set(tries)].filter((each) => each > 1 && each < speedup);
}

/** Down to hundredths, so that what is printed is what was tried. */
function rounded(speedup: number): number {
  return Math.floor(100 * speedup + 1e-9) / 100;
}

/** The plan of the precision that is predicted to lose least, or in words why there is none. */
async function planOrReason(
  request: CompressRequest,
  prepared: Prepared,
  speedup: number,
): Promise<SpeedPlan | string> {
  const { planner = planForSpeed, engine, precisions = ["fp32"], onStep, onWays } = request;
  const plans: SpeedPlan[] = [];
  let reason = "";
  for (const precision of precisions) {
    const measured = measuredIn(prepared, precision);
    try {
      plans.push(await clocked(request, "plan", () => planner(measured, engine, speedup, onStep)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      reason = error.message;
    }
  }
  if (precisions.length > 1) onWays?.(plans, speedup);
  return plans.sort((a, b) => a.loss - b.loss)[0] ?? reason;
}

async function clocked<T>({ onSeconds }: CompressRequest, part: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    onSeconds?.(part, (performance.now() - start) / 1000);
  }
}
