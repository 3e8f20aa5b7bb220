import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import { exportTo } from "../../../lib/display/exports";
import { showTable, tableCsv, tableHtml } from "../../../lib/display/tables";
import { shownInKernel } from "./fakeKernel";

const table = {
  number: "3-1",
  title: { english: "Accuracy & size", persian: "نتایج فشرده‌سازی" },
  source: "weights: demo · images: demo",
  rows: [
    { model: "base, <b>", parameters: 11181642, "mean ms": "412.31", "time (ms)": 3, forms: 1 / 3 },
    { model: 'keep "0.5"', parameters: 11179132, "mean ms": "1.50", "time (ms)": 4, forms: 2e-9 },
  ],
};
const cellsOf = (html: string) => [...new JSDOM(html).window.document.querySelectorAll("td")];

test("text is escaped, numbers are grouped, rounded and right-aligned", () => {
  const cells = cellsOf(tableHtml(table));
  assert.deepEqual(
    cells.slice(0, 5).map(({ textContent }) => textContent),
    ["base, <b>", "11,181,642", "412.31", "3", "0.333333"],
  );
  assert.equal(cells[9].textContent, "2e-9");
  assert.deepEqual(
    cells.slice(0, 5).map(({ style }) => style.textAlign),
    ["left", "right", "right", "right", "right"],
  );
});

test("cells of time columns, and no others, can be told by their class", () => {
  const classes = cellsOf(tableHtml(table)).map(({ className }) => className);
  const row = ["", "", "time", "time", ""];
  assert.deepEqual(classes, [...row, ...row]);
});

test("the caption gives number, both titles and the source", () => {
  const caption = new JSDOM(tableHtml(table)).window.document.querySelector("caption");
  assert.equal(
    caption?.textContent,
    "Table 3-1 — Accuracy & sizeجدول ۳-۱ — نتایج فشرده‌سازیweights: demo · images: demo",
  );
  assert.equal(caption?.querySelector("[dir=rtl]")?.getAttribute("lang"), "fa");
});

test("the CSV quotes what needs it and names the source in every row", () => {
  assert.deepEqual(tableCsv(table).trim().split("\n"), [
    "model,parameters,mean ms,time (ms),forms,source",
    `"base, <b>",11181642,412.31,3,${1 / 3},weights: demo · images: demo`,
    '"keep ""0.5""",11179132,1.50,4,2e-9,weights: demo · images: demo',
  ]);
});

test("a notebook gets the HTML, a numbered table a file, and stderr nothing", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "low-rank-export-"));
  const errors = context.mock.method(process.stderr, "write", () => true);
  exportTo(folder);
  const shown = await shownInKernel(() => showTable(table));
  assert.deepEqual(shown, [{ type: "text/html", content: tableHtml(table), update: false }]);
  assert.equal(await readFile(join(folder, "table-3-1.csv"), "utf8"), tableCsv(table));
  assert.equal(errors.mock.callCount(), 0);
  await rm(folder, { recursive: true });
});
