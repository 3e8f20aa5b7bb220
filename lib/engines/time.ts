import { requireWhole } from "../core/errors";
import { normalTensor } from "../core/random";
import type { Network } from "../network/network";
import { mean, median, quantile } from "../statistics/summary";
import type { Engine, Session } from "./engine";

/** Durations of repeated runs of one batch, in milliseconds. */
export interface Timing {
  /** The network's. */
  name: string;
  /** "ONNX Runtime 1.30.0". */
  engine: string;
  threads: number;
  runs: number[];
  mean: number;
  median: number;
  /** Interquartile range. */
  spread: number;
}

export interface TimingOptions {
  /** Of the input, (N, 3, H, W). */
  shape: readonly number[];
  /** Rounds before the clock counts. */
  warmUps: number;
  /** Rounds that count. */
  runs: number;
  /** Of the input's numbers; 0 unless given. */
  seed?: number;
  /** Called after every round, warm-ups included: one run of everything. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Milliseconds a batch of every network on every engine, input from N(0, 1) (report, chapter 4, `cpu_ms_per_batch`). They
 * take turns run by run, so that whatever slows the machine for a while (heat, another program) hits all alike and
 * their ratios stay fair. The report gives means; the median is steadier on a machine that does other things too.
 * @param networks by name, or a list, whose names are its places.
 * @returns for each network in turn its timing on each engine; what was opened is closed, whatever happens.
 * @throws UserError for fewer than 0 warm-ups or 1 run.
 */
export async function timeInTurn(
  networks: readonly Network[] | Readonly<Record<string, Network>>,
  engines: Engine | readonly Engine[],
  { shape, warmUps, runs, seed = 0, onProgress }: TimingOptions,
): Promise<Timing[]> {
  requireWhole("warmUps", warmUps, 0);
  requireWhole("runs", runs, 1);
  const contenders = Object.entries(networks).flatMap(([name, network]) =>
    [engines].flat().map((engine) => ({ name, network, engine, durations: [] as number[] })),
  );
  const sessions: Session[] = [];
  try {
    for (const { network, engine } of contenders) sessions.push(await engine.open(network));
    const input = normalTensor(shape, seed);
    for (let round = 0; round < warmUps + runs; round++) {
      for (const [i, session] of sessions.entries()) {
        const start = performance.now();
        await session.run(input);
        if (round >= warmUps) contenders[i].durations.push(performance.now() - start);
      }
      onProgress?.(round + 1, warmUps + runs);
    }
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
  return contenders.map(({ name, engine, durations }) => ({
    name,
    engine: `${engine.name} ${engine.version}`,
    threads: engine.threads,
    ...summary(durations),
  }));
}

/** The runs of two timings as those of one. */
export function pooled(first: Timing, second: Timing): Timing {
  return { ...first, ...summary([...first.runs, ...second.runs]) };
}

function summary(runs: number[]) {
  const spread = quantile(runs, 0.75) - quantile(runs, 0.25);
  return { runs, mean: mean(runs), median: median(runs), spread };
}
