import type { Engine } from "../../engines/engine";
import type { Network } from "../../network/network";
import { costs } from "../../network/network";
import { progress } from "../../display/progress";
import { cpuMsPerBatchInterleaved, type Runnable, type Timing } from "../../engines/timing";
import type { PyTorch } from "./pytorch";

const batchShape = [64, 3, 128, 128];

/** How long one batch of (64, 3, 128, 128) takes. */
export interface Latency extends Timing {
  engine: string;
  threads: number;
  /** Two operations a MAC, by the median. */
  gflopPerSecond: number;
}

interface Contender {
  name: string;
  engine: string;
  threads: number;
  session: Runnable;
}

/**
 * Times every model on every engine, run by run in turn.
 * @param runs that count, after one to warm up.
 */
export async function latencies(
  models: Record<string, Network>,
  engines: Engine[],
  pytorches: PyTorch[],
  runs: number,
): Promise<Latency[]> {
  const names = Object.keys(models);
  const sessions = await Promise.all(
    engines.flatMap((engine) =>
      names.map((name) => engine.open(models[name]).then((session) => ({ name, engine, session }))),
    ),
  );
  const contenders: Contender[] = [
    ...sessions.map(({ name, engine, session }) => ({ name, ...labels(engine), session })),
    ...pytorches.flatMap((pytorch) =>
      names.map((name) => ({ name, ...labels(pytorch), session: { run: () => pytorch.run(name) } })),
    ),
  ];
  const bar = progress(`ms per batch, ${[...new Set(contenders.map(({ engine }) => engine))].join(", ")}`, runs + 1);
  const timings = await cpuMsPerBatchInterleaved(contenders, {
    warmUps: 1,
    runs,
    shape: batchShape,
    onRound: bar.update,
  });
  bar.end();
  for (const { session } of sessions) await session.close();
  return timings.map((timing, index) => {
    const { name, engine, threads } = contenders[index];
    const macs = costs(models[name], batchShape.slice(1)).reduce((sum, cost) => sum + cost.macs, 0);
    return { ...timing, engine, threads, gflopPerSecond: (2 * macs * batchShape[0]) / (1e6 * timing.median) };
  });
}

function labels({ name, version, threads }: { name: string; version: string; threads: number }) {
  return { engine: `${name} ${version}`, threads };
}
