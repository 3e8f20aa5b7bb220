import { readBounded, writeAtomically } from "../../core/files";
import { FileError } from "../../core/errors";

/** Content by MIME type: text as one string, JSON types as values. */
export type MimeBundle = Record<string, unknown>;

/** An output of a code cell. */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: object }
  | { output_type: "execute_result"; data: MimeBundle; metadata: object; execution_count: number | null }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

interface AnyCell {
  id: string;
  metadata: object;
  source: string;
}

export interface CodeCell extends AnyCell {
  cell_type: "code";
  outputs: Output[];
  execution_count: number | null;
}

export type Cell = CodeCell | (AnyCell & { cell_type: "markdown" | "raw" });

/** A Jupyter notebook of format 4.5. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: 4;
  nbformat_minor: number;
}

/** The notebook's code cells, in order: the n-th is the one that Jupyter numbers [n]. */
export function codeCells(notebook: Notebook): CodeCell[] {
  return notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
}

/** Whether a cell bears a tag. */
export const hasTag = ({ metadata }: Cell, tag: string): boolean =>
  (metadata as { tags?: string[] }).tags?.includes(tag) ?? false;

/** A cell's beginning on one line: what it is called in messages. */
export function cellLabel(source: string): string {
  const line = source.trim().replace(/\s+/g, " ");
  return line.length > 72 ? `${line.slice(0, 71)}…` : line;
}

/** Reads a notebook of format 4.5 or a later 4.x. @throws FileError if it cannot be read or is something else. */
export async function readNotebook(file: string): Promise<Notebook> {
  return parseNotebook((await readBounded(file, "notebook")).toString("utf8"), file);
}

/** @throws FileError, naming the file, if the text is no notebook of format 4.5. */
export function parseNotebook(text: string, file: string): Notebook {
  let content: Notebook;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new FileError(file, `is not a notebook: its JSON is damaged (${(error as Error).message})`);
  }
  if (content?.nbformat !== 4 || !(content.nbformat_minor >= 5) || !Array.isArray(content.cells))
    throw new FileError(file, "is not a Jupyter notebook of format 4.5: save it with a current Jupyter");
  return { ...content, cells: content.cells.map((cell, i) => checkedCell(cell, `${i + 1}`, file)) };
}

function checkedCell(cell: Cell, position: string, file: string): Cell {
  const fail = (reason: string) => new FileError(file, `is damaged: cell ${position} ${reason}`);
  if (typeof cell?.id !== "string") throw fail("has no id");
  if (!["code", "markdown", "raw"].includes(cell.cell_type)) throw fail(`is of the unknown type ${cell.cell_type}`);
  const source = joined(cell.source);
  if (typeof source !== "string") throw fail("has no source");
  if (cell.cell_type !== "code") return { ...cell, source };
  if (!Array.isArray(cell.outputs)) throw fail("has no list of outputs");
  return { ...cell, source, outputs: cell.outputs.map(joinedOutput) };

  function joinedOutput(output: Output): Output {
    if (output?.output_type === "stream") return { ...output, text: joined(output.text) as string };
    if (output?.output_type === "error") return output;
    if (!output?.data) throw fail("has an output of an unknown type");
    return { ...output, data: mapValues(output.data, (_mime, value) => joined(value)) };
  }
}

/** Writes a notebook, byte for byte as Jupyter would. @throws FileError if it cannot be written. */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  await writeAtomically(file, notebookText(notebook));
}

/** The text of a notebook file: sorted keys, one space of indentation, text as lists of lines. */
export function notebookText(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => {
    const source = lines(cell.source);
    return cell.cell_type === "code"
      ? { ...cell, source, outputs: cell.outputs.map(storedOutput) }
      : { ...cell, source };
  });
  return `${JSON.stringify(sorted({ ...notebook, cells }), null, 1)}\n`;
}

function storedOutput(output: Output): object {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  return {
    ...output,
    data: mapValues(output.data, (mime, value) => (isLineText(mime) ? lines(value as string) : value)),
  };
}

/** MIME types that Jupyter stores as lists of lines. */
const isLineText = (mime: string) => /^text\/|^application\/javascript$|^image\/svg\+xml$/.test(mime);

const joined = (text: unknown) => (Array.isArray(text) ? text.join("") : text);

const lines = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function mapValues(bundle: MimeBundle, change: (mime: string, value: unknown) => unknown): MimeBundle {
  return Object.fromEntries(Object.entries(bundle).map(([mime, value]) => [mime, change(mime, value)]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
