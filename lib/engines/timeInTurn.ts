import type { Network } from "../network/network";
import { cpuMsPerBatchInterleaved, type Timing, type TimingOptions } from "./timing";
import type { Engine, Session } from "./engine";

/**
 * Times networks that take turns in one engine, run by run, as `cpuMsPerBatchInterleaved`.
 * @param networks by name, or a list, whose names are its places.
 * @returns their timings, in the same order; what was opened is closed, whatever happens.
 */
export async function timeInTurn(
  engine: Engine,
  networks: readonly Network[] | Readonly<Record<string, Network>>,
  options: TimingOptions,
): Promise<Timing[]> {
  const sessions: { name: string; session: Session }[] = [];
  try {
    for (const [name, network] of Object.entries(networks))
      sessions.push({ name, session: await engine.open(network) });
    return await cpuMsPerBatchInterleaved(sessions, options);
  } finally {
    await Promise.all(sessions.map(({ session }) => session.close()));
  }
}
