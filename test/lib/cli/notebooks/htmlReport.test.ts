import assert from "node:assert/strict";
import { test } from "node:test";
import { minifiedPlotly, reportHtml } from "../../../../lib/cli/notebooks/htmlReport";
import { type Cell, codeCells, type Output } from "../../../../lib/cli/notebooks/notebookFile";
import { notebookOf } from "../../../support/notebooks";

const { JSDOM } = require("jsdom");

const shown = (data: Record<string, unknown>): Output => ({ output_type: "display_data", data, metadata: {} });

function pageOf(markdown: string, outputs: Output[], plotly = "window.Plotly = {};") {
  const notebook = notebookOf("const a = '<b>';");
  const text: Cell = { cell_type: "markdown", id: "text", metadata: {}, source: markdown };
  notebook.cells.unshift(text);
  codeCells(notebook)[0].outputs = outputs;
  const html = reportHtml([{ name: "01-introduction", notebook }], plotly);
  return { html, page: new JSDOM(html).window.document };
}

test("cells, outputs and headings are where a reader looks for them", () => {
  const outputs: Output[] = [
    { output_type: "stream", name: "stdout", text: "1 < 2" },
    shown({ "image/png": "AAAA" }),
    shown({ "text/html": "<table><tr><td>7</td></tr></table>", "text/plain": "seven" }),
    shown({ "text/markdown": "**bold**" }),
  ];
  const { page } = pageOf('# One\n\n<div dir="rtl">فصل</div>\n\n## Two **σ**\n\n[on](01-introduction.ipynb)', outputs);
  assert.equal(page.querySelector("details code").textContent, "const a = '<b>';");
  assert.equal(page.querySelector("pre.stdout").textContent, "1 < 2");
  assert.equal(page.querySelector(".output img").getAttribute("src"), "data:image/png;base64,AAAA");
  assert.equal(page.querySelector(".output td").textContent, "7");
  assert.equal(page.querySelector(".output strong").textContent, "bold");
  assert.equal(page.querySelector("[dir=rtl]").textContent, "فصل");
  const links = [...page.querySelectorAll("nav a")];
  assert.deepEqual(
    links.map((link) => link.textContent),
    ["One", "Two σ"],
  );
  for (const link of [...links, page.querySelector("p a")])
    assert.ok(page.getElementById(link.getAttribute("href").slice(1)), "a link leads to something on the page");
});

test("with the whole of Plotly in it, the page loads nothing from elsewhere and forbids it", async () => {
  const { html, page } = pageOf("# One", [], await minifiedPlotly());
  const loaded = [...page.querySelectorAll("[src], link, iframe, object, embed")];
  assert.deepEqual(
    loaded.filter((element) => !element.getAttribute("src")?.startsWith("data:")),
    [],
  );
  assert.match(page.querySelector("meta[http-equiv]").content, /default-src 'none'/);
  assert.equal(page.querySelectorAll("script").length, 1, "nothing inside Plotly ends its script element");
  assert.ok(html.length < 7e6 && html.length > 3e6, `${html.length} bytes`);
});

test("a script element cannot be left from inside", () => {
  const { page } = pageOf("# One", [], `const end = "</script><h1>out</h1>"; const open = "<!--<script>";`);
  assert.equal(page.querySelectorAll("h1").length, 1);
  assert.equal(page.querySelectorAll("section").length, 1);
});
