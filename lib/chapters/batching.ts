import { sayTimed } from "../display/sayTimed";
import { median } from "../statistics/summary";
import { linearHeads } from "../network/head";
import { fineTune } from "./headRuns";
import { type HeadTask, protocol, seeds } from "./protocol";

/** Milliseconds that three epochs of `count` heads take together, median of three. */
async function trainingTime(task: HeadTask, count: number): Promise<number> {
  const chosen = seeds.slice(0, count);
  const heads = linearHeads(task.train.features.shape[1], protocol.classes, chosen);
  const times: number[] = [];
  for (let repeat = 0; repeat < 3; repeat++) {
    const start = performance.now();
    await fineTune(heads, task.train, chosen, protocol.recoveryEpochs, 0.01);
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Shows how long one head's three epochs take alone, and in a batch of all seeds. */
export async function showBatching(task: HeadTask): Promise<void> {
  const [alone, together] = [await trainingTime(task, 1), await trainingTime(task, seeds.length)];
  sayTimed(batchingFinding(alone, together, seeds.length));
}

/**
 * What batching gains, and the share of one head's time that the straight line through both times puts into what does
 * not depend on the number of heads.
 * @param alone milliseconds of one head.
 * @param together milliseconds of `count` heads in one batch.
 */
export function batchingFinding(alone: number, together: number, count: number): string {
  const perHead = (together - alone) / (count - 1);
  const fixed = Math.max(0, 1 - perHead / alone);
  return `Three epochs of one head alone: ${alone.toFixed(0)} ms; of ${count} heads in one batch: ${together.toFixed(0)} ms, ${(together / count).toFixed(1)} ms a head, ${((count * alone) / together).toFixed(1)} × as fast. A further head of the batch takes ${perHead.toFixed(1)} ms: ${(100 * fixed).toFixed(0)} % of what one head takes alone does not depend on the number of heads, and a batch pays it once.`;
}
