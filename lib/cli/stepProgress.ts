import { type Progress, progress } from "../display/progress";

/** Progress of work in named steps, one after another: a step ends when the next begins. */
export interface StepProgress {
  update(step: string, done: number, total: number): void;
  end(): void;
}

export function stepProgress(): StepProgress {
  let current: { step: string; bar: Progress } | undefined;
  const end = () => {
    current?.bar.end();
    current = undefined;
  };
  return {
    update(step, done, total) {
      if (current?.step !== step) {
        end();
        current = { step, bar: progress(step, total) };
      }
      if (done < total) current.bar.update(done);
      else end();
    },
    end,
  };
}
