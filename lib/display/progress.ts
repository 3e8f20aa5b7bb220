import { escapeHtml, inNotebook, replaceableOutput } from "./notebook";

/** Work that a reader waits for. */
export interface Progress {
  /** @param done units finished so far. */
  update(done: number): void;
  /** The work is done, whether all of it was done now or some was there already. */
  end(): void;
}

/** Milliseconds. */
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
 * The bar is there at once and ends when all units are done; at most ten states a second. The last state holds no times, so
 * that a notebook's outputs can be compared.
 * @returns what to call as `onProgress`, with the units finished so far and all there are.
 */
export function progress(label: string): (done: number, total: number) => void;
/** The older form, for a known total. Goes when its callers take `onProgress`. */
export function progress(label: string, total: number): Progress;
export function progress(label: string, known?: number): Progress | ((done: number, total: number) => void) {
  const write = inNotebook() ? notebookWriter() : process.stderr.isTTY ? rewriteLine : logWriter();
  let shownAt = performance.now();
  let ended = false;
  const show = (done: number, total: number) => {
    if (ended || (done < total && performance.now() - shownAt < leastInterval)) return;
    shownAt = performance.now();
    ended = done >= total;
    write(`${label}: ${done} of ${total}`, Math.min(1, done / total), ended);
  };
  write(known === undefined ? label : `${label}: 0 of ${known}`, 0, false);
  if (known === undefined) return show;
  return { update: (done) => done < known && show(done, known), end: () => show(known, known) };
}
