import { Random } from "../../../lib/core/random";
import { tensor } from "../../../lib/core/tensor";
import type { Engine } from "../../../lib/engines/engine";
import type { Clock } from "../../../lib/engines/rounds";
import type { Network } from "../../../lib/network/network";

/** A network of one node, which names it. */
export const named = (name: string): Network => ({ nodes: [{ kind: "relu", name, input: "image" }] });

/** What a fake machine does beside running networks. */
export interface FakeMachine {
  /** Milliseconds of each network when nothing else runs. */
  ms: Record<string, number>;
  /** Factor on what a network takes at a time of the clock, in ms. */
  slowness?: (now: number, name: string) => number;
  /** Cores that other programs take at a time of the clock. */
  others?: (now: number) => number;
  /** Standard deviation of each run, as a share. */
  noise?: number;
}

/** An engine whose runs take a fake clock's time, on a machine of two cores: of one process and what else runs. */
export function fakeMachine({ ms, slowness = () => 1, others = () => 0, noise = 0.005 }: FakeMachine) {
  const random = new Random(5);
  let [now, all, own] = [0, 0, 0];
  const pass = (duration: number) => {
    all += (duration * (1 + others(now))) / 1000;
    own += duration / 1000;
    now += duration;
  };
  const done: string[] = [];
  const engine: Engine = {
    name: "fake",
    version: "1",
    threads: 1,
    open: async ({ nodes: [{ name }] }) => ({
      run: async () => {
        done.push(name);
        // Step by step: what else runs may begin or end in mid-run.
        for (let left = ms[name] * (1 + noise * Math.abs(random.normal())); left > 0; left--)
          pass(Math.min(1, left) * slowness(now, name));
        return tensor([1]);
      },
      close: async () => {},
    }),
  };
  const clock: Clock = { now: () => now, load: () => ({ wall: now / 1000, all, own }) };
  return { engine, clock, done };
}

/** Whether a program is at work that takes so many ms of each period, from times of its own. */
export const bursts = (period: number, share: number) => (now: number) =>
  (now + 137 * Math.floor(now / period)) % period < share * period;
