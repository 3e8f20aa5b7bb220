import { normalTensor } from "../core/random";
import type { Network } from "../network/network";
import { mean, median, quantile } from "../statistics/summary";
import type { Engine, Session } from "./engine";
import { type RoundsOptions, takeRounds } from "./rounds";
import { usualMs } from "./speedup";

/** Durations of repeated runs of one batch through a network, in milliseconds. */
export interface Timing {
  name: string;
  /** "ONNX Runtime 1.30.0". */
  engine: string;
  threads: number;
  runs: number[];
  mean: number;
  median: number;
  /** Lower quartile: what a run takes when nothing else runs. */
  usual: number;
  /** Interquartile range. */
  spread: number;
  /** Share of this process's cores that others took meanwhile, 0 to 1. */
  busy: number;
}

export interface TimingOptions extends RoundsOptions {
  /** Of the input, (N, 3, H, W). */
  shape: readonly number[];
}

/**
 * Milliseconds a batch of every network on every engine, input from N(0, 1) (report, chapter 4, `cpu_ms_per_batch`), in turn
 * run by run. The report gives means; ratios are those of lower quartiles (`speedupOf`).
 * @param networks by name, or a list, whose names are its places; the first is what the others are compared with.
 * @returns for each network in turn its timing on each engine.
 * @throws UserError for rounds that cannot be.
 */
export async function timeInTurn(
  networks: readonly Network[] | Readonly<Record<string, Network>>,
  engines: Engine | readonly Engine[],
  { shape, ...rounds }: TimingOptions,
): Promise<Timing[]> {
  const contenders = Object.entries(networks).flatMap(([name, network]) =>
    [engines].flat().map((engine) => ({ name, network, engine })),
  );
  const sessions: Session[] = [];
  try {
    for (const { network, engine } of contenders) sessions.push(await engine.open(network));
    const input = normalTensor(shape, 0);
    const runs = sessions.map((session) => () => session.run(input));
    const { durations, busy } = await takeRounds(runs, rounds);
    return contenders.map(({ name, engine }, i) => ({
      name,
      engine: `${engine.name} ${engine.version}`,
      threads: engine.threads,
      ...summary(durations[i]),
      busy,
    }));
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/** The runs of two timings as those of one. */
export function pooled(first: Timing, second: Timing): Timing {
  const busy = Math.max(first.busy, second.busy);
  return { ...first, ...summary([...first.runs, ...second.runs]), busy };
}

function summary(runs: number[]) {
  const spread = quantile(runs, 0.75) - quantile(runs, 0.25);
  return { runs, mean: mean(runs), median: median(runs), usual: usualMs(runs), spread };
}
