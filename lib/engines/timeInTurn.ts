import type { Network } from "../network/network";
import { cpuMsPerBatchInterleaved, type Timing, type TimingOptions } from "../timing";
import type { Engine, Session } from "./engine";

/**
 * Times networks that take turns in one engine, run by run, as `cpuMsPerBatchInterleaved`.
 * @returns their timings, in the same order; what was opened is closed, whatever happens.
 */
export async function timeInTurn(
  engine: Engine,
  networks: readonly Network[],
  options: TimingOptions,
): Promise<Timing[]> {
  const sessions: { name: string; session: Session }[] = [];
  try {
    for (const [i, network] of networks.entries())
      sessions.push({ name: String(i), session: await engine.open(network) });
    return await cpuMsPerBatchInterleaved(sessions, options);
  } finally {
    await Promise.all(sessions.map(({ session }) => session.close()));
  }
}
