import { verdicts } from "../../claims/verdicts";
import { progressTag } from "../../display/progress";
import { type CodeCell, codeCells, cellLabel, type Notebook, type Output } from "./notebookFile";

/** How closely two runs of a notebook must agree. */
export interface Agreement {
  /** Two numbers agree if |a − b| ≤ tolerance · |a|, or they are neighbours: one apart in the last decimal, or as counts. */
  tolerance: number;
  /**
   * Whether all words must be the same, and the whole numbers in texts and tables too unless they count some out of many
   * ("261/512", "3 of 40"). If not, numbers need only be within the tolerance, and of the words the verdicts the same.
   */
  exact: boolean;
}

/** What is not the same in two runs of a notebook. */
export interface Difference {
  /** The cell, with its beginning, and which of its outputs: "cell 3 (svd(matrix)), output 1". */
  where: string;
  was: string;
  is: string;
  /** The text around. */
  context?: string;
}

/**
 * How many numbers of the committed run were compared, are the same to the last digit, are no differences but close, and
 * were left out, as times or facts of a machine.
 */
export interface Comparison extends Record<"numbers" | "equal" | "close" | "leftOut", number> {
  differences: Difference[];
}

/**
 * Compares the numbers and words in two runs of a notebook, times and facts of the machine left out.
 *
 * What counts as a time or a fact of the machine, by convention:
 * - in HTML everything inside an element of class "time" or "machine";
 * - in any text a number followed by ms, µs, s, min, GFLOP/s, steps/s, images/s, or by × unless another number follows
 *   ("0.998 × the base's time" is a ratio of times, "128 × 576" a shape);
 * - a line of plain text that begins with "this machine".
 * Pictures are compared by being there; of a figure all numbers of its Plotly specification. An output that shows nothing else
 * may be missing, such as a remark on a busy machine, and so may bars of progress: a cache decides which work is to be done.
 */
export function compareNotebooks(committed: Notebook, rerun: Notebook, agreement: Agreement): Comparison {
  const [before, after] = [codeCells(committed), codeCells(rerun)];
  if (before.length !== after.length)
    return different("the notebook", count(before.length, "code cell"), count(after.length, "code cell"));
  const placeOf = ({ source }: CodeCell, i: number) => `cell ${i + 1} (${cellLabel(source)})`;
  return together(before.map((cell, i) => compareCells(cell, after[i], placeOf(cell, i), agreement)));
}

/** A difference in one line. */
export function differenceLine({ where, was, is, context }: Difference): string {
  return `${where}: was ${was}, is ${is}${context === undefined ? "" : ` in “${context}”`}`;
}

function compareCells(committed: CodeCell, rerun: CodeCell, where: string, agreement: Agreement): Comparison {
  if (committed.source !== rerun.source) return different(where, "this cell", `“${cellLabel(rerun.source)}”`);
  const lasting = (output: Output) => !isProgress(output) && !isTimed(output);
  const [before, after] = [committed, rerun].map(({ outputs }) => outputs.filter(lasting));
  const [kindsBefore, kindsAfter] = [before, after].map((outputs) => outputs.map(kindOf).join(", ") || "no output");
  if (kindsBefore !== kindsAfter) return different(where, kindsBefore, kindsAfter);
  const parts = before.map((output, i) => compareOutputs(output, after[i], `${where}, output ${i + 1}`, agreement));
  const timed = committed.outputs.filter(isTimed).flatMap((output) => numbersOf(contentOf(output, true)));
  return together([...parts, { ...nothing, leftOut: timed.length }]);
}

function compareOutputs(committed: Output, rerun: Output, where: string, agreement: Agreement): Comparison {
  const [before, after] = [committed, rerun].map(steadyContent);
  const [numbersBefore, numbersAfter] = [before, after].map(numbersOf);
  const apart = compareNumbers(numbersBefore, numbersAfter, where, agreement);
  const equal = numbersBefore.filter(({ value }, i) => value === numbersAfter[i]?.value).length;
  const asMany = numbersBefore.length === numbersAfter.length;
  return {
    numbers: numbersBefore.length,
    equal,
    close: asMany ? numbersBefore.length - equal - apart.length : 0,
    leftOut: numbersOf(contentOf(committed, true)).length - numbersBefore.length,
    differences: [...apart, ...compareWords(wordsOf(before, agreement), wordsOf(after, agreement), where)],
  };
}

function compareNumbers(before: Found[], after: Found[], where: string, agreement: Agreement): Difference[] {
  if (before.length !== after.length) {
    const [was, is] = [before, after].map(({ length }) => count(length, "number"));
    return [{ where, was, is, context: firstApart(before, after) }];
  }
  return before.flatMap((found, i) => {
    if (agree(found, after[i].value, agreement)) return [];
    return [{ where, was: String(found.value), is: String(after[i].value), context: found.context }];
  });
}

function agree({ value, step, whole }: Found, other: number, { tolerance, exact }: Agreement): boolean {
  return Math.abs(value - other) <= (exact && whole ? 0 : Math.max(tolerance * Math.abs(value), 1.001 * step));
}

/** The text around the first number that only one of two lists has at its place. */
function firstApart(before: Found[], after: Found[]): string {
  const longer = before.length > after.length ? before : after;
  return longer.find((_, i) => before[i]?.value !== after[i]?.value)!.context;
}

/** Names the first difference only: after a word more or less all others differ too. */
function compareWords(before: string[], after: string[], where: string): Difference[] {
  const longer = before.length > after.length ? before : after;
  const at = longer.findIndex((_, i) => before[i] !== after[i]);
  if (at < 0) return [];
  const [was, is] = [before, after].map((words) => `“${words.slice(Math.max(0, at - 4), at + 5).join(" ")}”`);
  return [{ where, was, is }];
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;

const nothing: Comparison = { numbers: 0, equal: 0, close: 0, leftOut: 0, differences: [] };

const different = (where: string, was: string, is: string) => ({ ...nothing, differences: [{ where, was, is }] });

function together(parts: Comparison[]): Comparison {
  const sum = (key: "numbers" | "equal" | "close" | "leftOut") => parts.reduce((total, part) => total + part[key], 0);
  const differences = parts.flatMap((part) => part.differences);
  return { numbers: sum("numbers"), equal: sum("equal"), close: sum("close"), leftOut: sum("leftOut"), differences };
}

function isProgress(output: Output): boolean {
  return "data" in output && String(output.data["text/html"] ?? "").startsWith(progressTag);
}

/** Whether an output shows times or facts of the machine alone. */
function isTimed(output: Output): boolean {
  if (!("data" in output) || !/class="(time|machine)"/.test(String(output.data["text/html"]))) return false;
  const { text, figures } = steadyContent(output);
  return text.trim() === "" && figures.length === 0;
}

const kindOf = (output: Output) =>
  output.output_type === "stream" ? output.name : "data" in output ? Object.keys(output.data).join(" + ") : "an error";

interface Found {
  value: number;
  context: string;
  /** From it to its neighbours: one of its last decimal, one for what counts some out of many, none for other whole numbers. */
  step: number;
  /** Whether it is a whole number in a text and counts no part of another one. */
  whole: boolean;
}

/** The numbers of an output that a repeated run must give again. */
export function numbersIn(output: Output): Found[] {
  return numbersOf(steadyContent(output));
}

function numbersOf({ text, figures }: Content): Found[] {
  return [...numbersInText(text), ...figures.flatMap((specification) => numbersInJson(specification, "figure"))];
}

/** Verdicts as the tables of claims show them: with a sign, unlike the same words in a rule or a sentence. */
const signed = Object.entries(verdicts).map(([verdict, { sign }]) => `${sign} ${verdict}`);
const shownVerdict = new RegExp(signed.join("|"), "g");

/** The words that a repeated run must say again. */
function wordsOf({ text }: Content, { exact }: Agreement): string[] {
  return (exact ? text.replace(numbers, " ").match(/\S+/g) : text.match(shownVerdict)) ?? [];
}

/** What an output shows apart from times: its text, and the Plotly specifications of its figures. */
interface Content {
  text: string;
  figures: unknown[];
}

function steadyContent(output: Output): Content {
  const { text, figures } = contentOf(output, false);
  return { text: text.replace(varying, " "), figures };
}

/** @param whole with what is marked as a time or a fact of the machine. */
function contentOf(output: Output, whole: boolean): Content {
  if (output.output_type === "stream") return { text: output.text, figures: [] };
  if (!("data" in output)) return { text: "", figures: [] };
  const html = output.data["text/html"];
  if (typeof html === "string") return contentOfHtml(html, whole);
  const texts = Object.entries(output.data).flatMap(([mime, text]) => (mime.startsWith("text/") ? [text] : []));
  return { text: texts.join("\n"), figures: [] };
}

/** What is used of jsdom: its own types need a newer compiler than tslab's. */
interface Page {
  body: { textContent: string };
  querySelectorAll(selector: string): Iterable<{ textContent: string; remove(): void; append(text: string): void }>;
}

function contentOfHtml(html: string, whole: boolean): Content {
  const { JSDOM } = require("jsdom");
  const page: Page = new JSDOM(`<body>${html}`).window.document;
  if (!whole) for (const element of page.querySelectorAll(".time, .machine")) element.remove();
  const specifications = [...page.querySelectorAll('script[type="application/json"]')];
  const figures = specifications.map((script) => JSON.parse(script.textContent));
  for (const element of page.querySelectorAll("script, style")) element.remove();
  for (const element of page.querySelectorAll("*")) element.append(" "); // the texts of two cells are two texts
  return { text: page.body.textContent, figures };
}

function numbersInJson(value: unknown, path: string): Found[] {
  if (typeof value === "number") return [{ value, context: path, step: lastDecimal(String(value)), whole: false }];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersInJson(inner, `${path}.${key}`));
}

/** 0.01 of "1.25", 0 of a whole number. */
function lastDecimal(text: string): number {
  const [, decimals, exponent = "0"] = text.match(/\.(\d+)(?:e([-+]?\d+))?$/i) ?? [];
  return decimals === undefined ? 0 : 10 ** (Number(exponent) - decimals.length);
}

const number = String.raw`[-+−]?(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?`;
const numbers = new RegExp(number, "giu");
const unit = String.raw`\s?(?:(?:ms|µs|s|min|GFLOP/s|steps/s|images/s)(?![\w/])|×(?!\s?\d))`;
const varying = new RegExp(`${number}${unit}|^\\s*this machine.*$`, "gimu");

function numbersInText(text: string): Found[] {
  return [...text.matchAll(numbers)].map((match) => {
    const [start, end] = [match.index!, match.index! + match[0].length];
    const ofMany = /^(?:\/|\s+of\s)/.test(text.slice(end));
    const around = text.slice(Math.max(0, start - 30), end + 30);
    return {
      value: Number(match[0].replace("−", "-").replace(/,/g, "")),
      context: around.replace(/\s+/g, " ").trim(),
      step: ofMany ? 1 : lastDecimal(match[0]),
      whole: /^[-+−]?[\d,]+$/.test(match[0]) && !ofMany,
    };
  });
}
