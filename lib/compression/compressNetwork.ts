import { UserError } from "../core/errors";
import { type CompressedCopy, compressedCopy, tunedCopy } from "./compressedCopy";
import { type Comparison, pointsLost } from "./comparePredictions";
import { compareHeldOut, fallsShort, type Measured, measureCompressed, type Timer } from "./measureCompressed";
import { type CompressionOptions, measuredIn, type Prepared, prepareCompression } from "./prepareCompression";
import { highestThatHolds, speedLadder } from "./allocate/ladder";
import { planAsIs, planForSpeed, type SpeedPlan, splitsNothing, timePlan } from "./allocate/speedPlan";

/** A compressed network and what it does on the test images. */
export interface Attempt {
  /** That was asked for; what was measured where none was. */
  speedup: number;
  copy: CompressedCopy;
  measured: Measured;
}

/** A compressed network and what it loses on the training images that nothing learns from. */
export interface Candidate {
  copy: CompressedCopy;
  heldOut: Comparison;
}

/** What came of it. */
export type CompressionOutcome =
  /** Perhaps chosen among some that were tried; perhaps int8 with no layer split beside it, where something else was chosen. */
  | { kind: "met"; prepared: Prepared; attempt: Attempt; tried?: Candidate[]; int8Alone?: Attempt }
  /** It costs more than it may; perhaps a lesser speed-up does not, chosen on images that nothing learns from. */
  | { kind: "too costly"; attempt: Attempt; instead?: Attempt }
  /** The plan was fast enough, the final timing missed the speed-up by more than it may; perhaps what it reached is one. */
  | { kind: "too slow"; attempt: Attempt; instead?: { speedup: number } }
  /** Not even the smallest ranks are fast enough; perhaps a lesser speed-up is in reach. */
  | { kind: "unreachable"; reason: string; instead?: { speedup: number } }
  /** All that were tried lose more on the held-out images than they may. */
  | { kind: "none within"; tried: Candidate[] };

export interface CompressRequest extends CompressionOptions {
  /** Points of top-1 that it may cost, any without it: on the test images, where no speed-up is asked for on the held-out ones. */
  maxDrop?: number;
  /** Chooses the ranks; planForSpeed unless told. A test gives them, since what a clock decides is not the same twice. */
  planner?: typeof planForSpeed;
  /** What may be tried where no speed-up is asked for; speedLadder unless told, for the same reason. */
  ladder?: typeof speedLadder;
  /** Takes the final times; measureCompressed's own unless told, for the same reason. */
  timer?: Timer;
  /** Called with what each way would reach, where there are several. */
  onWays?: (plans: readonly SpeedPlan[], speedup: number) => void;
  /** Called with every plan that is tried on the held-out images, and how many more may follow. */
  onTry?: (plan: SpeedPlan, left: number) => void;
  /** Called with what became of it there. */
  onJudged?: (candidate: Candidate) => void;
  /** Called with all that were tried, and the one chosen of them. */
  onTried?: (tried: readonly Candidate[], chosen: Candidate | undefined) => void;
  /** Called with every plan that will be measured on the test images. */
  onPlan?: (prepared: Prepared, plan: SpeedPlan) => void;
  /** Called with all that was measured on the test images. */
  onMeasured?: (copy: CompressedCopy, measured: Measured) => void;
  /** Called with the seconds that a part of the work took. */
  onSeconds?: (part: string, seconds: number) => void;
}

/**
 * Compresses a network to a measured speed-up, or as far as a loss allows: times and sensitivities, ranks by exact allocation,
 * factors fitted in closed form, the head refitted, everything measured beside the original. Test images count in the final
 * measurement only.
 * @throws UserError if the training images do not suffice or a head's training diverges.
 */
export async function compressNetwork(request: CompressRequest): Promise<CompressionOutcome> {
  const prepared = await clocked(request, "head, times, sensitivity", () => prepareCompression(request));
  return request.speedup === undefined ? fastestWithin(request, prepared) : atSpeed(request, prepared, request.speedup);
}

async function atSpeed(request: CompressRequest, prepared: Prepared, speedup: number): Promise<CompressionOutcome> {
  const plan = await planOrReason(request, prepared, speedup);
  if (typeof plan === "string")
    return { kind: "unreachable", reason: plan, instead: await reachable(request, prepared, speedup) };
  request.onPlan?.(prepared, plan);
  const attempt = await attemptAt(request, prepared, await fitted(request, prepared, plan), speedup);
  if (request.maxDrop !== undefined && pointsLost(attempt.measured) > request.maxDrop) {
    const { chosen } = await search(request, prepared, speedup);
    return { kind: "too costly", attempt, instead: chosen && (await attemptAt(request, prepared, chosen.copy)) };
  }
  const reached = rounded(attempt.measured.speedup);
  if (fallsShort(attempt.measured, speedup))
    return { kind: "too slow", attempt, instead: reached > 1 ? { speedup: reached } : undefined };
  return { kind: "met", prepared, attempt, int8Alone: await int8Alone(request, prepared, attempt) };
}

/** Chosen on the held-out images. The test images choose nothing: they may only refute the choice. */
async function fastestWithin(request: CompressRequest, prepared: Prepared): Promise<CompressionOutcome> {
  const { maxDrop = Number.POSITIVE_INFINITY } = request;
  const { chosen, tried } = await search(request, prepared);
  if (tried.length === 0) return { kind: "unreachable", reason: "by the latency table nothing is faster here" };
  if (!chosen) return { kind: "none within", tried };
  const attempt = await attemptAt(request, prepared, chosen.copy);
  if (100 * attempt.measured.drop.low > maxDrop) return { kind: "too costly", attempt };
  return { kind: "met", prepared, attempt, tried, int8Alone: await int8Alone(request, prepared, attempt) };
}

/** Fits a few plans to find the fastest that loses no more than it may on the held-out images. */
async function search(request: CompressRequest, prepared: Prepared, below = Number.POSITIVE_INFINITY) {
  const { maxDrop = Number.POSITIVE_INFINITY, engine, onStep, onTry, onJudged, onTried, onPlan } = request;
  const candidates = new Map<SpeedPlan, Candidate>();
  const rungs = ladderOf(request, prepared).filter(({ speedup }) => speedup < below);
  const best = await highestThatHolds(rungs, async (rung, left) => {
    onTry?.(rung, left);
    const time = () => timePlan(measuredIn(prepared, rung.precision), engine, rung, { onStep });
    const copy = await fitted(request, prepared, await clocked(request, "plan", time));
    const heldOut = await clocked(request, "held-out images", () => compareHeldOut(prepared, copy));
    const candidate = { copy, heldOut };
    candidates.set(rung, candidate);
    onJudged?.(candidate);
    return pointsLost(heldOut) <= maxDrop;
  });
  const tried = [...candidates.values()];
  const chosen = best && candidates.get(best);
  onTried?.(tried, chosen);
  if (chosen) onPlan?.(prepared, chosen.copy.plan);
  return { tried, chosen };
}

function ladderOf({ ladder = speedLadder, precisions = ["fp32"], classes }: CompressRequest, prepared: Prepared) {
  const measurements = precisions.map((precision) => measuredIn(prepared, precision));
  // From a network that is sure of each class, one that says the same of every image diverges by so much.
  return ladder(measurements, Math.log(classes));
}

/**
 * The copy measured, trained before where that is asked for.
 * @param asked the speed-up; what is measured, where none was asked for.
 */
async function attemptAt(request: CompressRequest, prepared: Prepared, fitted: CompressedCopy, asked?: number) {
  const copy = request.tuning ? await clocked(request, "tuning", () => tunedCopy(prepared, fitted)) : fitted;
  const measure = () => measureCompressed(prepared, copy, asked ?? 1, request.timer);
  const measured = await clocked(request, "measurement", measure);
  request.onMeasured?.(copy, measured);
  return { speedup: asked ?? rounded(measured.speedup), copy, measured };
}

function fitted(request: CompressRequest, prepared: Prepared, plan: SpeedPlan) {
  return clocked(request, "fit", () => compressedCopy(prepared, plan));
}

/** Int8 with no layer split, measured too: what a user would pick instead. */
async function int8Alone(request: CompressRequest, prepared: Prepared, { copy }: Attempt) {
  if (!prepared.measuredInt8 || isInt8Alone(copy.plan)) return undefined;
  const plan = planAsIs(prepared.measuredInt8);
  return attemptAt(request, prepared, await fitted(request, prepared, plan), plan.speedup);
}

function isInt8Alone(plan: SpeedPlan): boolean {
  return plan.precision === "int8" && splitsNothing(plan);
}

/** The largest lesser speed-up that can be measured, with nothing fitted. */
async function reachable(request: CompressRequest, prepared: Prepared, below: number) {
  const rungs = ladderOf(request, prepared).map((plan) => rounded(plan.speedup));
  for (const speedup of rungs.filter((each) => each < below).reverse())
    if (typeof (await planOrReason(request, prepared, speedup)) !== "string") return { speedup };
  return undefined;
}

/** Down to hundredths, so that what is printed is what was tried. */
function rounded(speedup: number): number {
  return Math.floor(100 * speedup + 1e-9) / 100;
}

/** The plan of the precision that is predicted to lose least, or in words why there is none. */
async function planOrReason(request: CompressRequest, prepared: Prepared, speedup: number) {
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
  const alone = prepared.measuredInt8 && !plans.some(isInt8Alone) ? [planAsIs(prepared.measuredInt8)] : [];
  if (alone.length + plans.length > 1) onWays?.([...alone, ...plans], speedup);
  return plans.sort((a, b) => a.loss - b.loss)[0] ?? reason;
}

async function clocked<T>({ onSeconds }: CompressRequest, part: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  onSeconds?.(part, (performance.now() - start) / 1000);
  return result;
}
