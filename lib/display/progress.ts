import type { OnProgress, OnStep } from "../core/progress";
import { escapeHtml, inNotebook, replaceableOutput } from "./notebook";

/** Milliseconds between two states. */
const leastInterval = 100;

/** Writes one state of the work in place of the one before; the last state stays. */
type Writer = (text: string, share: number, last: boolean) => void;

/** What a bar in a notebook starts with. */
export const progressTag = "<progress ";

function notebookWriter(): Writer {
  const output = replaceableOutput();
  return (text, share) =>
    output.html(`${progressTag}max="1" value="${share.toFixed(3)}"></progress> ${escapeHtml(text)}`);
}

const rewriteLine: Writer = (text, _share, last) => process.stderr.write(`\r\u001b[K${text}${last ? "\n" : ""}`);

/** Where no line can be rewritten, in a log: a new line for every tenth. */
function logWriter(): Writer {
  let tenth = -1;
  return (text, share) => {
    if (Math.floor(10 * share) === tenth) return;
    tenth = Math.floor(10 * share);
    process.stderr.write(`${text}\n`);
  };
}

/**
 * Shows how far work has come: in a notebook an output replaced in place, in a terminal one line, in a log ten lines.
 * The bar is there at once and ends when all units are done. The last state holds no times, so that outputs can be compared.
 * @param state what is said of the units finished so far.
 */
export function progress(label: string, state = (done: number, total: number) => `${done} of ${total}`): OnProgress {
  const write = inNotebook() ? notebookWriter() : process.stderr.isTTY ? rewriteLine : logWriter();
  let shownAt = performance.now();
  let ended = false;
  write(label, 0, false);
  return (done, total) => {
    if (ended || (done < total && performance.now() - shownAt < leastInterval)) return;
    shownAt = performance.now();
    ended = done >= total;
    write(`${label}: ${state(done, total)}`, Math.min(1, done / total), ended);
  };
}

/** Progress of a file's transfer in bytes: how much has come, how fast, and how long the rest will take. */
export function transferProgress(name: string): OnProgress {
  let begun: { bytes: number; at: number; show: OnProgress } | undefined;
  const state = (done: number, total: number) => {
    const rate = (done - begun!.bytes) / Math.max(1e-3, (performance.now() - begun!.at) / 1000);
    const [came, all, speed] = [done, total, rate].map((bytes) => (bytes / 1e6).toFixed(1));
    return `${came} of ${all} MB, ${speed} MB/s${rate > 0 ? `, ${left((total - done) / rate)}` : ""}`;
  };
  return (done, total) => {
    // What was there before says nothing about the rate, and what is there already shows no bar.
    begun ??= { bytes: done, at: performance.now(), show: progress(name, state) };
    begun.show(done, total);
  };
}

function left(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;
}

/** Progress of a training: its loss, a mean of the last steps, and how long the rest will take. Called with the share done. */
export function trainingProgress(name: string): (share: number, loss: number) => void {
  const begunAt = performance.now();
  let smoothed: number | undefined;
  const show = progress(name, (done) => {
    const seconds = ((performance.now() - begunAt) / 1000) * (1 / done - 1);
    return `loss ${smoothed?.toPrecision(3)}${done < 1 ? `, ${left(seconds)}` : ""}`;
  });
  return (share, loss) => {
    smoothed = smoothed === undefined ? loss : 0.9 * smoothed + 0.1 * loss;
    show(share, 1);
  };
}

/** Progress of work in named steps: a bar for each, which ends when all its parts are done. */
export function stepProgress(): OnStep {
  const bars = new Map<string, OnProgress>();
  return (step, done, total) => {
    const bar = bars.get(step) ?? progress(step);
    bar(done, total);
    if (done < total) bars.set(step, bar);
    else bars.delete(step);
  };
}
