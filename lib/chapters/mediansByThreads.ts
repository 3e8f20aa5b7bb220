import type { Engine } from "../engines/engine";
import { onnxRuntime } from "../engines/onnxRuntime";
import { timeInTurn } from "../engines/time";
import type { Network } from "../network/network";
import { progress } from "../display/progress";

/**
 * Median milliseconds a batch of networks that take turns: with the engine's threads, then with one, which is the same where
 * the engine has no more.
 * @returns (2, networks).
 */
export async function mediansByThreads(
  engine: Engine,
  networks: readonly Network[],
  label: string,
  { warmUps, runs, shape }: { warmUps: number; runs: number; shape: number[] },
): Promise<[number[], number[]]> {
  const engines = engine.threads > 1 ? [engine, onnxRuntime(1)] : [engine];
  const bar = progress(`${label}, rounds`, engines.length * (warmUps + runs));
  const medians: number[][] = [];
  for (const each of engines) {
    const before = medians.length * (warmUps + runs);
    const onProgress = (done: number) => bar.update(before + done);
    const timings = await timeInTurn(networks, each, { warmUps, runs, shape, onProgress });
    medians.push(timings.map(({ median }) => median));
  }
  bar.end();
  const [all, one = all] = medians;
  return [all, one];
}
