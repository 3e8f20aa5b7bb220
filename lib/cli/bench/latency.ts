import type { Engine } from "../../engines/engine";
import type { Network } from "../../network/network";
import { costs } from "../../network/network";
import { progress } from "../../display/progress";
import { timeInTurn, type Timing } from "../../engines/time";
import { tensor } from "../../core/tensor";
import type { PyTorch } from "./pytorch";

const batchShape = [64, 3, 128, 128];

/** How long one batch of (64, 3, 128, 128) takes. */
export interface Latency extends Timing {
  /** Two operations a MAC, by the lower quartile. */
  gflopPerSecond: number;
}

/** Times every model on every engine, run by run in turn. @param rounds that count, after one to warm up. */
export async function latencies(
  models: Record<string, Network>,
  engines: Engine[],
  pytorches: PyTorch[],
  rounds: { runs: number; mostRuns: number },
): Promise<Latency[]> {
  const all = [...engines, ...pytorches.map((pytorch) => engineOf(pytorch, models))];
  const onProgress = progress(`ms per batch, ${[...new Set(all.map(({ name }) => name))].join(", ")}`);
  const timings = await timeInTurn(models, all, { shape: batchShape, warmUps: 1, ...rounds, onProgress });
  return timings.map((timing) => {
    const macs = costs(models[timing.name], batchShape.slice(1)).reduce((sum, cost) => sum + cost.macs, 0);
    return { ...timing, gflopPerSecond: (2 * macs * batchShape[0]) / (1e6 * timing.usual) };
  });
}

/** PyTorch as an engine of the models that its process has made itself; it makes its own input, too. */
function engineOf(pytorch: PyTorch, models: Record<string, Network>): Engine {
  const { name, version, threads } = pytorch;
  const open = async (network: Network) => {
    const [model] = Object.keys(models).filter((key) => models[key] === network);
    return {
      run: async () => {
        await pytorch.run(model);
        return tensor([0]);
      },
      close: async () => {},
    };
  };
  return { name, version, threads, open };
}
