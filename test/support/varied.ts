import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { codeCells, type Notebook, notebookText, parseNotebook } from "../../lib/cli/notebooks/notebookFile";
import { plainEnvironment } from "./checkout";

/** What a notebook showed. */
export interface Shown {
  /** Why a cell failed; empty if none did. */
  error: string;
  /** All text, with that of tables and boxes. */
  text: string;
  /** By number or title: the cells of each row, heads first. */
  tables: Map<string, string[][]>;
  /** By number or title: Plotly's specification. */
  figures: Map<string, Figure>;
}

export interface Figure {
  data: { name?: string; x: unknown[]; y: unknown[] }[];
  layout: { annotations?: { text: string }[]; title?: { text: string } };
}

/**
 * Runs a chapter of a checkout in a kernel of its own, with other values in its `parameters` cell.
 * @param values TypeScript by the constant's name: { threshold: "0.8" }.
 */
export function runVaried(checkout: string, name: string, values: Record<string, string>): Shown {
  const notebook = read(join(checkout, "notebooks", `${name}.ipynb`));
  const cell = codeCells(notebook).find(({ metadata }) =>
    (metadata as { tags?: string[] }).tags?.includes("parameters"),
  );
  if (!cell) throw new Error(`${name} has no cell tagged parameters`);
  for (const [constant, value] of Object.entries(values)) {
    const line = new RegExp(`^const ${constant} = .*;`, "m");
    if (!line.test(cell.source)) throw new Error(`${name} has no parameter ${constant}`);
    cell.source = cell.source.replace(line, `const ${constant} = ${value};`);
  }
  const file = join(checkout, "build", `${name}.varied.ipynb`);
  writeFileSync(file, notebookText(notebook));
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "-e", script, file], {
    cwd: checkout,
    env: plainEnvironment(),
    encoding: "utf8",
  });
  if (stderr !== "") throw new Error(stderr);
  return { error: stdout, ...shownIn(read(file)) };
}

const script = `
const { executeNotebook } = require("./lib/cli/notebooks/execute");
const { readNotebook, writeNotebook } = require("./lib/cli/notebooks/notebookFile");
(async () => {
  const file = process.argv[1];
  const notebook = await readNotebook(file);
  await executeNotebook(notebook, { title: "varied" }).catch((error) => process.stdout.write(error.message));
  await writeNotebook(file, notebook);
})();`;

const read = (file: string): Notebook => parseNotebook(readFileSync(file, "utf8"), file);

/** What a notebook's outputs show. */
export function shownIn(notebook: Notebook): Omit<Shown, "error"> {
  const shown: Omit<Shown, "error"> = { text: "", tables: new Map(), figures: new Map() };
  for (const output of codeCells(notebook).flatMap(({ outputs }) => outputs)) {
    if (output.output_type === "stream") shown.text += output.text;
    if (!("data" in output)) continue;
    const { document } = new JSDOM(String(output.data["text/html"] ?? output.data["text/markdown"] ?? "")).window;
    for (const table of document.querySelectorAll("table")) {
      const rows = [...table.querySelectorAll("tr")].map((row) => [...row.children].map((cell) => textOf(cell)));
      for (const persian of table.querySelectorAll("caption [lang=fa]")) persian.remove();
      shown.tables.set(titleOf(textOf(table.caption)), rows);
    }
    for (const figure of document.querySelectorAll(".low-rank-figure")) {
      const specification = document.querySelector('script[type="application/json"]')?.textContent ?? "";
      shown.figures.set(titleOf(figure.getAttribute("aria-label") ?? ""), JSON.parse(specification));
    }
    for (const element of document.querySelectorAll("script, style")) element.remove();
    shown.text += `${textOf(document.body)}\n`;
  }
  return shown;
}

const textOf = (element: Element | null) => element?.textContent?.replace(/\s+/g, " ").trim() ?? "";

/** "2-1" of "Table 2-1 — Shape, …"; what bears no number by its title up to the first stop. */
const titleOf = (caption: string) => caption.match(/^(?:Table|Figure) (\d+-\d+)/)?.[1] ?? caption.split(/[.:]/)[0];
