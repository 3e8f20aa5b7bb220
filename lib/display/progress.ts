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
 * At most ten states a second; the last one holds no times, so that a notebook's outputs can be compared.
 * @param total units of work, at least 1.
 */
export function progress(label: string, total: number): Progress {
  const write = inNotebook() ? notebookWriter() : process.stderr.isTTY ? rewriteLine : logWriter();
  let done = 0;
  let shownAt = 0;
  const show = (last: boolean) => {
    shownAt = performance.now();
    write(`${label}: ${done} of ${total}`, Math.min(1, done / total), last);
  };
  show(false);
  return {
    update(finished) {
      done = finished;
      if (performance.now() - shownAt >= leastInterval) show(false);
    },
    end() {
      done = total;
      show(true);
    },
  };
}
