import { allocateRanks } from "../compression/allocate/allocateRanks";
import { equalLoss, uniformShare } from "../compression/allocate/baselines";
import type { Allocation, LayerChoices } from "../compression/allocate/choices";
import { type Fit, fits } from "../compression/fit/fitNetwork";
import { choicesOf, type LayerMeasurements } from "../compression/measure/measureLayers";
import { predictMs } from "../compression/measure/latencyTable";
import { placeholderSplits } from "../compression/placeholders";
import type { RankPlan } from "../network/rankPlan";
import { UserError } from "../core/errors";
import type { Network } from "../network/network";
import { progress } from "../display/progress";
import { cached } from "../core/cache";
import { type Accuracy, accuracyOf, predictions } from "../training/evaluate";
import { type CompressionStudy, logitsOf } from "./compressionStudy";
import { compressed } from "./fitComparison";
import { mediansByThreads } from "./mediansByThreads";
import { protocol } from "./protocol";

/** Ways to share out a budget of milliseconds among the layers, and what each takes a rank to lose. */
const allocations: Record<string, { loss: "sensitivity" | "energy"; allocate: Allocator }> = {
  "uniform share": {
    loss: "sensitivity",
    allocate: uniformShare,
  },
  "equal energy": { loss: "energy", allocate: equalLoss },
  "equal sensitivity": { loss: "sensitivity", allocate: equalLoss },
  "least loss": { loss: "sensitivity", allocate: allocateRanks },
};

type Allocator = (choices: readonly LayerChoices[], budget: number) => Allocation;

/** The allocation that this project proposes. */
export const proposed = { allocation: "least loss", fit: "ReLU-aware" } as const satisfies {
  allocation: string;
  fit: Fit;
};

/** Whether a point is of the proposed allocation and fit. */
export function isProposed({ allocation, fit }: Pick<FrontierPoint, "allocation" | "fit">): boolean {
  return allocation === proposed.allocation && fit === proposed.fit;
}

/** Ranks chosen for a speed-up, and how fast they really are. */
export interface TimedPlan {
  allocation: string;
  /** Speed-up asked of the latency table. */
  target: number;
  ranks: RankPlan;
  /** By the table, of a batch. */
  predictedMs: number;
  /** Measured median of a batch, with the engine's threads. */
  ms: number;
  /** Ratio of medians to the original's, measured in turn: with the engine's threads, and with one. */
  speedup: number;
  speedupOneThread: number;
}

/** A compressed network: how fast, how right. */
export interface FrontierPoint extends TimedPlan {
  fit: Fit;
  accuracy: Accuracy;
  /** The network itself, of the proposed allocation and fit, unless its answers came from a cache. */
  network?: Network;
}

/**
 * Ranks of every allocation for every speed-up that the table holds possible, timed in turn with the original.
 * @throws UserError if not even the proposed allocation reaches one of them on this machine.
 */
export async function timePlans(study: CompressionStudy): Promise<TimedPlan[]> {
  const { measured, chapter, speedups } = study;
  const plans = speedups.flatMap((target) =>
    Object.keys(allocations).flatMap((allocation) => {
      const ranks = ranksFor(measured, allocation, target);
      return ranks ? [{ allocation, target, ranks }] : [];
    }),
  );
  if (!plans.some(({ allocation }) => allocation === proposed.allocation))
    throw new UserError(
      `no ranks make this network ${speedups[0]} × as fast here, by the latency table: run the chapter again with --fresh and nothing else running, or with --threads 1`,
    );
  const networks = [measured.network, ...plans.map(({ ranks }) => placeholderSplits(measured.network, ranks))];
  const shape = [measured.batch, ...protocol.imageShape];
  const label = `${networks.length} networks in turn`;
  const [all, one] = await mediansByThreads(chapter.engine, networks, label, { warmUps: 1, runs: 3, shape });
  return plans.map((plan, i) => ({
    ...plan,
    predictedMs: predictMs(measured, plan.ranks),
    ms: all[i + 1],
    speedup: all[0] / all[i + 1],
    speedupOneThread: one[0] / one[i + 1],
  }));
}

function ranksFor(measured: LayerMeasurements, allocation: string, target: number): RankPlan | undefined {
  const { loss, allocate } = allocations[allocation];
  const budget = predictMs(measured, new Map()) / target - measured.restMs;
  try {
    return allocate(choicesOf(measured, "ms", loss), budget).ranks;
  } catch (error) {
    // Out of this allocation's reach on this machine: no point of the frontier.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Fits every plan in every way and scores what comes of it. */
export async function scorePlans(study: CompressionStudy, plans: readonly TimedPlan[]): Promise<FrontierPoint[]> {
  const jobs = plans.flatMap((plan) => fits.map((fit) => ({ plan, fit })));
  const bar = progress("networks fitted and scored", jobs.length);
  const points: FrontierPoint[] = [];
  for (const { plan, fit } of jobs) {
    const origin = { ...study.origin, ranks: [...plan.ranks], fit };
    let network: Network | undefined;
    const { answers } = await cached("frontier-6", origin, { fresh: study.chapter.fresh }, async () => {
      network = await compressed(study, plan.ranks, fit);
      return { answers: [...predictions(await logitsOf(study, network))] };
    });
    const accuracy = accuracyOf(Uint8Array.from(answers), study.test.labels);
    points.push({
      ...plan,
      fit,
      accuracy,
      network: isProposed({ allocation: plan.allocation, fit }) ? network : undefined,
    });
    bar.update(points.length);
  }
  bar.end();
  return points;
}

/** Rows of the table of all plans. */
export function frontierRows(points: readonly FrontierPoint[], base: Accuracy) {
  return points.map(({ allocation, fit, target, predictedMs, ms, speedup, speedupOneThread, accuracy }) => ({
    allocation,
    fit,
    "asked for": `${target} ×`,
    "predicted ms": predictedMs.toFixed(1),
    "measured ms": ms.toFixed(1),
    "speed-up": `${speedup.toFixed(2)} ×`,
    "at 1 thread": `${speedupOneThread.toFixed(2)} ×`,
    "top-1 %": (100 * accuracy.share).toFixed(2),
    "points lost": (100 * (base.share - accuracy.share)).toFixed(2),
  }));
}

/** How far the latency table's sums are from the clock, and which points no other beats. */
export function frontierFinding(points: readonly FrontierPoint[]): string {
  const errors = points.map(({ predictedMs, ms }) => Math.abs(predictedMs / ms - 1));
  const beats = (other: FrontierPoint, point: FrontierPoint) =>
    other.speedup >= point.speedup &&
    other.accuracy.correct >= point.accuracy.correct &&
    (other.speedup > point.speedup || other.accuracy.correct > point.accuracy.correct);
  const best = points.filter((point) => !points.some((other) => beats(other, point)));
  const names = [...new Set(best.map(({ allocation, fit }) => `${allocation} with ${fit}`))].join(", ");
  return `The table's sums miss the measured whole by ${(100 * Math.max(...errors)).toFixed(0)} % at most. On the frontier, where no other network is as fast and as right and one of both more: ${names}.`;
}
