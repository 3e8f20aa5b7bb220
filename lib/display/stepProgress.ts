import type { OnStep } from "../core/progress";
import { progress } from "./progress";

/** Progress of work in named steps: a bar for each, which ends when all its parts are done. */
export function stepProgress(): OnStep {
  const bars = new Map<string, (done: number, total: number) => void>();
  return (step, done, total) => {
    const bar = bars.get(step) ?? progress(step);
    bar(done, total);
    if (done < total) bars.set(step, bar);
    else bars.delete(step);
  };
}
