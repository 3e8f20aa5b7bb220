import { cpus } from "node:os";
import { readIfThere } from "./files";
import { usableCores } from "./usableCores";

/** Seconds so far, on the clock, and that all processors worked, for whomever, and for this process with its threads. */
export type Load = Record<"wall" | "all" | "own", number>;

/** Share of this process's cores that others may take during a timing before the machine counts as busy. */
export const busyShare = 0.1;

/** How much was worked so far: from /proc/stat, which also counts what other guests of a machine took (steal), else from Node.js. */
export function loadNow(read = readIfThere): Load {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, all: workedByAll(read("/proc/stat")), own: (user + system) / 1e6 };
}

/** Seconds; /proc/stat counts hundredths. */
function workedByAll(stat: string | undefined): number {
  const ticks = stat?.match(/^cpu .*/)?.[0].split(/ +/);
  if (!ticks) return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
  const [, user, nice, system, , , irq, softirq, steal = 0] = ticks.map(Number);
  return (user + nice + system + irq + softirq + steal) / 100;
}

/** Share of this process's cores that others took between two readings, 0 to 1; what fits on the other processors took nothing. */
export function takenByOthers(from: Load, to: Load, usable = usableCores(), processors = cpus().length): number {
  const wall = to.wall - from.wall;
  if (wall <= 0) return 0;
  const others = (to.all - from.all - (to.own - from.own)) / wall;
  return Math.min(1, Math.max(0, (others - (processors - usable)) / usable));
}

/** Who else ran, in a line. @param what was timed. @param busy share that others took meanwhile. */
export function busyLine(what: string, busy: number): string {
  const taken = `ther programs took ${(100 * busy).toFixed(0)} % of the cores while ${what} was timed`;
  if (busy <= busyShare) return `O${taken}.`;
  return `The machine was busy, o${taken}: times are too long and ratios less sure, a “?” marks those that contradict themselves or the latency table.`;
}
