import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { reportHtml } from "../../../../lib/cli/notebooks/htmlReport";
import { type Cell, codeCells, type Output } from "../../../../lib/cli/notebooks/notebookFile";
import { claimOf, madeUpAssets, notebookOf } from "../../../support/notebooks";

const { JSDOM } = require("jsdom");

const shown = (data: Record<string, unknown>): Output => ({ output_type: "display_data", data, metadata: {} });

function pageOf(markdown: string, outputs: Output[], plotly = "window.Plotly = {};") {
  const notebook = notebookOf("const a = '<b>';");
  const text: Cell = { cell_type: "markdown", id: "text", metadata: {}, source: markdown };
  notebook.cells.unshift(text);
  codeCells(notebook)[0].outputs = outputs;
  const chapters = [{ name: "01-introduction", notebook }];
  const html = reportHtml({ assets: madeUpAssets, claims: [], chapters }, plotly);
  return { html, page: new JSDOM(html).window.document };
}

test("cells, outputs and headings are where a reader looks for them", () => {
  const outputs: Output[] = [
    { output_type: "stream", name: "stdout", text: "1 < 2" },
    shown({ "image/png": "AAAA" }),
    shown({ "text/html": "<table><tr><td>7</td></tr></table>", "text/plain": "seven" }),
    shown({ "text/markdown": "**bold**" }),
  ];
  const text = '# One\n<div dir="rtl">فصل</div>\n\nText.\n\n## Two **σ**\n\n[on](01-introduction.ipynb)';
  const { page } = pageOf(text, outputs);
  const chapter = page.querySelector("main > details:not([open])");
  assert.equal(chapter.querySelector("summary h2").textContent, "One");
  assert.equal(chapter.querySelector("summary [dir=rtl]").textContent, "فصل");
  assert.equal(chapter.querySelectorAll("h1, h2").length, 1, "the title stands once, in the fold's summary");
  assert.equal(chapter.querySelector("details:not([open]) code").textContent, "const a = '<b>';");
  assert.equal(page.querySelector("pre.stdout").textContent, "1 < 2");
  assert.equal(page.querySelector(".scrolls img").getAttribute("src"), "data:image/png;base64,AAAA");
  assert.equal(page.querySelector(".scrolls td").textContent, "7");
  assert.equal(page.querySelector(".scrolls strong").textContent, "bold");
  const links = [...chapter.querySelectorAll("nav a")];
  assert.deepEqual(
    links.map((link) => link.textContent),
    ["Two σ"],
  );
  for (const link of [...links, page.querySelector("p a")])
    assert.ok(page.getElementById(link.getAttribute("href").slice(1)), "a link leads to something on the page");
});

test("a notebook without a title is called by its file, one without cells by nothing else", () => {
  const notebook = notebookOf();
  const html = reportHtml({ assets: madeUpAssets, claims: [], chapters: [{ name: "08-own", notebook }] }, "");
  const page = new JSDOM(html).window.document;
  assert.equal(page.querySelector("details summary h2").textContent, "08-own");
  assert.equal(pageOf("Some text", []).page.querySelector("details summary h2").textContent, "01-introduction");
});

test("the page opens with weights and images, the verdicts and the figure of the last cell tagged summary", () => {
  const figure = '<div class="low-rank-figure" role="figure" aria-label="Rises &lt;steeply&gt;."></div>';
  const first = notebookOf("one", "two");
  const last = notebookOf("three", "four");
  codeCells(first)[0].outputs = [shown({ "text/html": "<td><code>2.fc.count</code></td>" })];
  for (const cell of [codeCells(first)[1], codeCells(last)[0]]) {
    cell.metadata = { tags: ["summary"] };
    cell.outputs = [
      shown({ "image/png": cell === codeCells(last)[0] ? "LAST" : "FIRST" }),
      shown({ "text/html": figure }),
    ];
  }
  const chapters = [
    { name: "02-first", notebook: first },
    { name: "04-last", notebook: last },
  ];
  const claims = [claimOf("2.fc.count", "reproduced"), claimOf("2.fc.k95", "differs")];
  const page = new JSDOM(reportHtml({ assets: madeUpAssets, claims, chapters }, "")).window.document;
  const opening = [...page.querySelector("main").children].slice(0, 4);
  assert.deepEqual(
    opening.map(({ tagName }) => tagName),
    ["H1", "DIV", "SECTION", "FIGURE"],
  );
  assert.match(opening[1].textContent, /demo.*weights: demo \(weights\.safetensors, sha256 0{12}/is);
  const [settled, unsettled] = opening[2].querySelectorAll("table[lang=en] tbody tr");
  const cell = page.getElementById(settled.querySelector("a").getAttribute("href").slice(1));
  assert.ok(cell.textContent.includes("2.fc.count"), "a claim leads to the cell that shows it");
  assert.equal(unsettled.querySelector("a"), null, "none shows this one");
  assert.match(opening[3].querySelector("img").src, /LAST$/);
  assert.equal(opening[3].querySelector("img").alt, "Rises <steeply>.");
});

test("with the whole of Plotly in it, the page loads nothing from elsewhere and forbids it", () => {
  const plotly = readFileSync(require.resolve("plotly.js-cartesian-dist-min"), "utf8");
  const { html, page } = pageOf("# One", [], plotly);
  const loaded = [...page.querySelectorAll("[src], link, iframe, object, embed")];
  assert.deepEqual(
    loaded.filter((element) => !element.getAttribute("src")?.startsWith("data:")),
    [],
  );
  assert.match(page.querySelector("meta[http-equiv]").content, /default-src 'none'/);
  assert.equal(page.querySelectorAll("script").length, 2, "nothing inside Plotly ends its script element");
  assert.ok(html.length < plotly.length + 3e4, `${html.length} bytes`);
});

test("a script element cannot be left from inside", () => {
  const { page } = pageOf("# One", [], `const end = "</script><h1>out</h1>"; const open = "<!--<script>";`);
  assert.equal(page.querySelectorAll("h1").length, 1);
  assert.equal(page.querySelectorAll("main > details").length, 1);
});
