import { exportFile } from "./exports";
import { type HtmlCell, htmlTable } from "./htmlTable";
import type { Heading } from "./captions";
import { escapeHtml, inNotebook, notebook } from "./notebook";

type Cell = string | number;

/** A table of a chapter: one object a row, all with the same columns in the same order. */
export interface Table extends Heading {
  rows: Record<string, Cell>[];
  /** Whether all numbers follow from times, such as ranks chosen by latency: they differ from run to run. */
  timed?: boolean;
}

/** What is used of danfo.js: its own types take seconds to check in each notebook. */
interface DataFrame {
  columns: string[];
  values: Cell[][];
  print(): void;
}
interface Danfo {
  DataFrame: new (rows: Record<string, Cell>[]) => DataFrame;
  toCSV(frame: DataFrame): string;
}

/** danfo.js takes two seconds to load, so only a process that shows a table does. */
const danfo = (): Danfo => require("danfojs-node");

/** Columns whose names end in "ms" or "(ms)" hold times. */
const holdsTimes = (column: string) => /\bms\)?$/.test(column);
const isNumeric = (value: Cell) => typeof value === "number" || /^[-−]?[\d.,]+ ?%?$/.test(value);

function textOf(value: Cell): string {
  if (typeof value === "string") return value;
  return Number.isInteger(value) ? value.toLocaleString("en-US") : String(Number(value.toPrecision(6)));
}

/** The table as HTML, numbers right-aligned, cells of times marked with the class "time". */
export function tableHtml({ rows, timed, ...caption }: Table): string {
  const { columns, values } = new (danfo().DataFrame)(rows);
  const toCell = (value: Cell, column: number): HtmlCell => ({
    html: escapeHtml(textOf(value)),
    right: isNumeric(value),
    time: timed || holdsTimes(columns[column]),
  });
  return htmlTable(
    caption,
    columns,
    values.map((row) => row.map(toCell)),
  );
}

/** Quotes for CSV (RFC 4180, section 2), which danfo.js 1.2 leaves out. */
const quoted = (value: Cell) => (/[",\n]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : value);

/** The table as CSV; the last column says which weights and images the numbers come from. */
export function tableCsv({ rows, source }: Table): string {
  const { DataFrame, toCSV } = danfo();
  const withSource = rows.map((row) =>
    Object.fromEntries(Object.entries({ ...row, source }).map(([column, value]) => [quoted(column), quoted(value)])),
  );
  return toCSV(new DataFrame(withSource));
}

/**
 * Shows a table in the notebook, or in the terminal; a numbered one is also written as table-N.csv (`exportFile`).
 * @throws FileError if the file cannot be written.
 */
export async function showTable(table: Table): Promise<void> {
  if (table.number) await exportFile(`table-${table.number}.csv`, tableCsv(table));
  if (inNotebook()) notebook().html(tableHtml(table));
  else {
    console.log(`${table.title.english} (${table.source})`);
    new (danfo().DataFrame)(table.rows).print();
  }
}
