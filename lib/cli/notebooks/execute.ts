import { Kernel, KernelError } from "./kernel";
import { type CodeCell, cellLabel, codeCells, type Notebook } from "./notebookFile";
import { OutputCollector } from "./outputs";

/** A cell that failed: what a reader needs to find it, and what the kernel said. */
export class CellError extends Error {
  constructor(title: string, cell: number, source: string, reason: string) {
    super(`${title}, cell ${cell} failed (${cellLabel(source)}): ${reason}`);
    this.name = "CellError";
  }
}

/** What is told about a cell while the notebook runs. */
export interface CellProgress {
  title: string;
  /** The cell's number, counting code cells from 1, as Jupyter shows it. */
  cell: number;
  of: number;
  label: string;
  /** Missing while the cell runs. */
  seconds?: number;
}

export interface ExecuteOptions {
  /** "chapter 2". */
  title: string;
  environment?: NodeJS.ProcessEnv;
  /** Milliseconds that a cell may take. */
  cellLimit?: number;
  onCell?: (progress: CellProgress) => void;
}

const anHour = 60 * 60_000;
/** Milliseconds after the last cell in which promises that nobody awaited may still fail. */
const afterwards = 300;

/**
 * Runs all cells of a notebook in a fresh kernel and writes their outputs into it, whether it succeeds or not.
 * @throws CellError if a cell fails: the kernel says so, or anything arrives on stderr (tslab answers "ok" to a cell
 * whose promise failed with nobody waiting), or it takes too long, or the kernel dies.
 */
export async function executeNotebook(notebook: Notebook, options: ExecuteOptions): Promise<void> {
  const cells = codeCells(notebook);
  for (const cell of cells) Object.assign(cell, { outputs: [], execution_count: null });
  const kernel = await Kernel.start(options.environment);
  try {
    notebook.metadata.language_info = kernel.languageInfo;
    const collector = new OutputCollector();
    for (const [i, cell] of cells.entries()) {
      const progress = { title: options.title, cell: i + 1, of: cells.length, label: cellLabel(cell.source) };
      const start = performance.now();
      options.onCell?.(progress);
      await executeCell(kernel, cell, collector, options, i + 1);
      options.onCell?.({ ...progress, seconds: (performance.now() - start) / 1000 });
    }
    await kernel.settle(afterwards);
    for (const [i, cell] of cells.entries()) throwOnStderr(cell, options.title, i + 1);
  } finally {
    await kernel.close();
  }
}

async function executeCell(
  kernel: Kernel,
  cell: CodeCell,
  collector: OutputCollector,
  { title, cellLimit = anHour }: ExecuteOptions,
  number: number,
): Promise<void> {
  try {
    const reply = await kernel.execute(cell.source, (message) => collector.take(cell.outputs, message), cellLimit);
    cell.execution_count = (reply.execution_count as number) ?? null;
    await kernel.settle(0);
    throwOnStderr(cell, title, number);
    if (reply.status !== "ok") throw new CellError(title, number, cell.source, `the kernel answered "${reply.status}"`);
  } catch (error) {
    throw error instanceof KernelError ? new CellError(title, number, cell.source, error.message) : error;
  }
}

function throwOnStderr(cell: CodeCell, title: string, number: number): void {
  const texts = cell.outputs.flatMap((output) => ("name" in output && output.name === "stderr" ? output.text : []));
  const text = texts.join("");
  if (text !== "") throw new CellError(title, number, cell.source, withoutForeignFrames(text));
}

/** Leaves out what stands in a stack trace about tslab and Node, not about the cell or this project. */
function withoutForeignFrames(text: string): string {
  const excerpt = /^\S+:\d+\n.*\n\s*\^+\n\n/m;
  const foreign = /^\s+at .*(node:|node_modules|evalmachine|<anonymous>)/;
  return text
    .replace(excerpt, "")
    .split("\n")
    .filter((line) => !foreign.test(line))
    .join("\n")
    .trim();
}
