import { inspect } from "node:util";
import { UserError } from "../core/errors";
import { captionOf, type Fill } from "./captions";
import { exportFile } from "./exports";
import { type HtmlCell, htmlTable } from "./htmlTable";
import { escapeHtml, justShown, show } from "./notebook";

export type Cell = string | number | boolean;
export type Row = Record<string, Cell>;

/** What one mostly uses of danfo.js' Series: its own types take seconds to check in each notebook. */
export interface Series {
  readonly values: Cell[];
  mean(): number;
  sum(): number;
  min(): number;
  max(): number;
  gt(other: number): Series;
  lt(other: number): Series;
  eq(other: Cell): Series;
  unique(): Series;
}

interface Grouped {
  col(columns: string[]): Grouped;
  mean(): DataFrame;
  sum(): DataFrame;
  min(): DataFrame;
  max(): DataFrame;
  count(): DataFrame;
}

/** What one mostly uses of danfo.js' DataFrame; the object is danfo.js' own, with all its methods. */
export interface DataFrame {
  readonly columns: string[];
  readonly values: Cell[][];
  readonly shape: [number, number];
  column(name: string): Series;
  head(rows?: number): DataFrame;
  tail(rows?: number): DataFrame;
  sortValues(by: string, options?: { ascending?: boolean }): DataFrame;
  groupby(columns: string[]): Grouped;
  query(condition: Series): DataFrame;
  loc(options: { rows?: (number | string)[] | Series; columns?: string[] }): DataFrame;
  addColumn(name: string, values: Cell[] | Series): DataFrame;
  drop(options: { columns: string[] }): DataFrame;
  rename(names: Record<string, string>): DataFrame;
  print(): void;
}

/**
 * danfo.js takes two seconds to load, so only a process that shows a table does. A cell that ends in one of its frames prints
 * a table then: version 1.2 leaves that to a method, and Node.js would print its insides.
 */
function danfo(): { DataFrame: new (rows: Row[]) => DataFrame } {
  const loaded = require("danfojs-node");
  let base = loaded.DataFrame.prototype; // of what frames are made of, and of the frames that they give
  while (Object.getPrototypeOf(base) !== Object.prototype) base = Object.getPrototypeOf(base);
  base[inspect.custom] = function () {
    return String(this);
  };
  return loaded;
}

/** Columns whose names end in "ms" or "(ms)" hold times. */
const holdsTimes = (column: string) => /\bms\)?$/.test(column);
const isNumeric = (value: Cell) => typeof value === "number" || /^[-−]?[\d.,]+ ?%?$/.test(String(value));

function textOf(value: Cell): string {
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? value.toLocaleString("en-US") : String(Number(value.toPrecision(6)));
}

/** @throws UserError unless there are rows, all with the columns of the first in its order. */
function frameOf(rows: readonly Row[]): DataFrame {
  if (rows.length === 0) throw new UserError("a table needs at least one row");
  const columns = Object.keys(rows[0]).join(", ");
  const other = rows.findIndex((row) => Object.keys(row).join(", ") !== columns);
  if (other > 0)
    throw new UserError(`row ${other + 1} has the columns ${Object.keys(rows[other]).join(", ")}, row 1 ${columns}`);
  return new (danfo().DataFrame)([...rows]);
}

const isRows = (content: readonly Row[] | DataFrame): content is readonly Row[] => Array.isArray(content);

/** Quotes for CSV (RFC 4180, section 2). */
const quoted = (value: Cell) => (/[",\n]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : value);

/** The table as CSV, with quotes, which danfo.js 1.2 leaves out; the last column says what the numbers come from. */
function csvOf({ columns, values }: DataFrame, source: string): string {
  const rows = [[...columns, "source"], ...values.map((row) => [...row, source])];
  return rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");
}

export interface TableOptions {
  /** Values for the {places} in the titles of data/captions.json. */
  fill?: Fill;
  /** Whether all numbers follow from times, such as ranks chosen by latency: they differ from run to run. */
  timed?: boolean;
}

/**
 * Shows a table, numbers right-aligned, and writes it as CSV (`exportTo`). Columns whose names end in "ms" hold times.
 * @param id of an entry in data/captions.json, which gives number and titles, or any other title, which also names the file.
 * @param source what the numbers rest on: stands over the table.
 * @returns danfo.js' DataFrame with the same content, to sort, group or filter.
 * @throws UserError if there is no row, rows have different columns, or a title has a place without a value; FileError if
 * the file cannot be written.
 */
export async function table(
  id: string,
  content: readonly Row[] | DataFrame,
  source: string,
  { fill, timed }: TableOptions = {},
): Promise<DataFrame> {
  const { file, ...caption } = captionOf("table", id, fill);
  const frame = isRows(content) ? frameOf(content) : content;
  await exportFile(`${file}.csv`, csvOf(frame, source));
  const { columns, values } = frame;
  const toCell = (value: Cell, column: number): HtmlCell => ({
    html: escapeHtml(textOf(value)),
    right: isNumeric(value),
    time: timed || holdsTimes(columns[column]),
  });
  const rows = values.map((row) => row.map(toCell));
  show(htmlTable({ ...caption, source }, columns, rows), `${caption.title.english} (${source})\n${frame}`);
  return justShown(frame);
}
