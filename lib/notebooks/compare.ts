import { type CodeCell, codeCells, cellLabel, type MimeBundle, type Notebook, type Output } from "./notebookFile";

/**
 * Compares the numbers in two runs of a notebook, times and facts of the machine left out.
 *
 * What counts as a time or a fact of the machine, by convention:
 * - in HTML everything inside an element of class "time" or "machine";
 * - in any text a number followed by ms, µs, s, min, GFLOP/s, steps/s, images/s, or by × unless another number follows
 *   ("0.998 × the base's time" is a ratio of times, "128 × 576" a shape);
 * - a line of plain text that begins with "this machine".
 * Pictures are compared by being there; of a figure all numbers of its Plotly specification.
 * @param tolerance two numbers agree if |a − b| ≤ tolerance · max(1, |a|).
 * @returns a readable line for each difference; none if the runs agree.
 */
export function compareNotebooks(committed: Notebook, rerun: Notebook, tolerance: number): string[] {
  const [before, after] = [codeCells(committed), codeCells(rerun)];
  if (before.length !== after.length) return [`${before.length} code cells are committed, ${after.length} were run`];
  return before.flatMap((cell, i) =>
    compareCells(cell, after[i], `cell ${i + 1} (${cellLabel(cell.source)})`, tolerance),
  );
}

function compareCells(committed: CodeCell, rerun: CodeCell, where: string, tolerance: number): string[] {
  if (committed.source !== rerun.source) return [`${where}: the cell itself has changed`];
  const [before, after] = [committed.outputs, rerun.outputs];
  const [kindsBefore, kindsAfter] = [before, after].map((outputs) => outputs.map(kindOf).join(", ") || "nothing");
  if (kindsBefore !== kindsAfter) return [`${where}: printed ${kindsBefore}; now prints ${kindsAfter}`];
  return before.flatMap((output, i) =>
    compareNumbers(numbersIn(output), numbersIn(after[i]), `${where}, output ${i + 1}`, tolerance),
  );
}

function compareNumbers(before: Found[], after: Found[], where: string, tolerance: number): string[] {
  if (before.length !== after.length) return [`${where}: had ${before.length} numbers, now has ${after.length}`];
  return before.flatMap(({ value, context }, i) =>
    Math.abs(value - after[i].value) <= tolerance * Math.max(1, Math.abs(value))
      ? []
      : [`${where}: was ${value}, is ${after[i].value} in “${context}”`],
  );
}

const kindOf = (output: Output) =>
  output.output_type === "stream" ? output.name : "data" in output ? Object.keys(output.data).join(" + ") : "an error";

interface Found {
  value: number;
  context: string;
}

/** The numbers of an output that a repeated run must give again. */
export function numbersIn(output: Output): Found[] {
  if (output.output_type === "stream") return numbersInText(output.text);
  return "data" in output ? numbersInBundle(output.data) : [];
}

function numbersInBundle(data: MimeBundle): Found[] {
  if (typeof data["text/html"] === "string") return numbersInHtml(data["text/html"]);
  return Object.entries(data).flatMap(([mime, text]) =>
    mime.startsWith("text/") && typeof text === "string" ? numbersInText(text) : [],
  );
}

/** What is used of jsdom: its own types need a newer compiler than tslab's. */
interface Page {
  body: { textContent: string };
  querySelectorAll(selector: string): Iterable<{ textContent: string; remove(): void; append(text: string): void }>;
}

function numbersInHtml(html: string): Found[] {
  const { JSDOM } = require("jsdom");
  const page: Page = new JSDOM(`<body>${html}`).window.document;
  for (const element of page.querySelectorAll(".time, .machine")) element.remove();
  const specifications = [...page.querySelectorAll('script[type="application/json"]')];
  const figures = specifications.flatMap((script) => numbersInJson(JSON.parse(script.textContent), "figure"));
  for (const element of page.querySelectorAll("script, style")) element.remove();
  for (const element of page.querySelectorAll("*")) element.append(" "); // the texts of two cells are two texts
  return [...numbersInText(page.body.textContent), ...figures];
}

function numbersInJson(value: unknown, path: string): Found[] {
  if (typeof value === "number") return [{ value, context: path }];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersInJson(inner, `${path}.${key}`));
}

const number = String.raw`[-+−]?(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?`;
const unit = String.raw`\s?(?:(?:ms|µs|s|min|GFLOP/s|steps/s|images/s)(?![\w/])|×(?!\s?\d))`;
const varying = new RegExp(`${number}${unit}|^\\s*this machine.*$`, "gimu");

function numbersInText(text: string): Found[] {
  const steady = text.replace(varying, " ");
  return [...steady.matchAll(new RegExp(number, "giu"))].map((match) => ({
    value: Number(match[0].replace("−", "-").replace(/,/g, "")),
    context: steady
      .slice(Math.max(0, match.index! - 30), match.index! + match[0].length + 30)
      .replace(/\s+/g, " ")
      .trim(),
  }));
}
