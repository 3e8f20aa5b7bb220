import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { after, before, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { line } from "../../lib/display/marks";
import { composeFigure } from "../../lib/display/plotly/compose";
import { interactive } from "../../lib/display/plotly/interactive";
import { drawStatic } from "../../lib/display/plotly/plotlyStatic";
import { buildFolder, root } from "../../lib/core/paths";

const chromiumFile = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = [
  existsSync(chromiumFile) ? [] : [`no Chromium at ${chromiumFile}`],
  spawnSync("jupyter", ["notebook", "--version"]).status === 0 ? [] : ["no Jupyter Notebook"],
].flat();
const skip = missing.length > 0 && missing.join(", ");

function figure(last: number) {
  const marks = [line([1, 2, 3], [1, 4, last], { name: "</script>" })];
  const description = "Three points rise from 1 to 9.";
  const options = { x: "x", y: "y", description };
  return composeFigure("A line <of> three points", marks, "weights: demo · images: demo", options);
}

interface Shown {
  html: string;
  png: Buffer;
}

let browser: Browser;
let server: ChildProcess;
let address: string;
let scratch: string;
let notebooks: string;
let shown: Shown[];

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => listener.once("listening", done));
  const { port } = listener.address() as { port: number };
  await new Promise((done) => listener.close(done));
  return port;
}

const folderUrl = () => relative(root, notebooks).split(sep).join("/");

/** A notebook in whose every cell a figure left its two outputs. */
async function writeNotebook(name: string, trusted: boolean): Promise<void> {
  const display = (data: object) => ({ output_type: "display_data", metadata: {}, data });
  const cells = shown.map(({ html, png }, i) => ({
    cell_type: "code",
    execution_count: i + 1,
    metadata: {},
    source: `await showFigure(figure); // ${name}`, // signatures are of contents
    outputs: [display({ "image/png": png.toString("base64") }), display({ "text/html": html })],
  }));
  const metadata = { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } };
  const file = join(notebooks, name);
  await writeFile(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 2 }));
  if (!trusted) return;
  const answer = await fetch(`${address}/api/contents/${folderUrl()}/${name}/trust`, { method: "POST" });
  assert.equal(answer.status, 201);
}

const environment = () => ({
  ...process.env,
  HOME: scratch,
  JUPYTER_DATA_DIR: join(scratch, "data"),
  JUPYTER_CONFIG_DIR: join(scratch, "config"),
  JUPYTER_RUNTIME_DIR: join(scratch, "runtime"),
});

async function startJupyter(): Promise<void> {
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  const settings = ["--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, `--notebook-dir=${root}`];
  const open = ["--NotebookApp.token=", "--NotebookApp.password=", "--NotebookApp.disable_check_xsrf=True"];
  server = spawn("jupyter", ["notebook", ...settings, ...open], { env: environment(), stdio: "ignore" });
  for (let attempt = 0; attempt < 100; attempt++) {
    const answered = await fetch(`${address}/api`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error("Jupyter did not start within 20 s");
}

/** Pictures and interactive figures that a reader sees. */
function visible(page: Page): Promise<{ pictures: number; drawn: number; loads: number; descriptions: number }> {
  // A string: the project's TypeScript does not know a browser's names.
  return page.evaluate(`(() => {
    const seen = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length > 0).length;
    return {
      pictures: seen('img[src^="data:image/png"]'),
      drawn: seen(".low-rank-figure .main-svg .trace"),
      loads: document.querySelectorAll('script[src*="plotly"]').length,
      descriptions: document.body.innerText.split("Three points rise").length - 1,
    };
  })()`);
}

async function openNotebook(name: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 1400 } });
  await page.goto(`${address}/notebooks/${folderUrl()}/${name}`);
  await page.waitForSelector(".output_png img", { state: "attached", timeout: 30_000 });
  return page;
}

async function staticPage(head: string): Promise<Page> {
  const outputs = shown.map(
    ({ html, png }) =>
      `<div class="jp-OutputArea-child"><img src="data:image/png;base64,${png.toString("base64")}"></div><div>${html}</div>`,
  );
  const file = join(scratch, "page.html");
  await writeFile(file, `<!DOCTYPE html><meta charset="utf-8">${head}<body>${outputs.join("\n")}`);
  const page = await browser.newPage();
  await page.goto(`file://${file}`);
  return page;
}

before(
  async () => {
    if (skip) return;
    scratch = await mkdtemp(join(tmpdir(), "low-rank-figures-"));
    await mkdir(buildFolder, { recursive: true });
    notebooks = await mkdtemp(join(buildFolder, "figures-test-"));
    shown = [];
    for (const last of [8, 9]) {
      const { png } = await drawStatic(figure(last));
      shown.push({ png, html: interactive(figure(last), png) });
    }
    browser = await chromium.launch({ executablePath: chromiumFile, args: ["--no-sandbox"] });
    await startJupyter();
  },
  { timeout: 60_000 },
);

after(async () => {
  if (skip) return;
  await browser?.close();
  server?.kill();
  await rm(notebooks, { recursive: true, force: true });
  await rm(scratch, { recursive: true, force: true });
});

test("a trusted notebook draws every figure, hides the pictures and loads Plotly once", { skip }, async () => {
  await writeNotebook("trusted.ipynb", true);
  const page = await openNotebook("trusted.ipynb");
  await page.waitForFunction("document.querySelectorAll('.low-rank-figure .main-svg .trace').length === 2");
  await page.waitForFunction(
    "![...document.querySelectorAll('.output_png img')].some((i) => i.getClientRects().length)",
  );
  if (process.env.FIGURE_SCREENSHOTS)
    await page.screenshot({ path: join(process.env.FIGURE_SCREENSHOTS, "trusted.png") });
  assert.deepEqual(await visible(page), { pictures: 0, drawn: 2, loads: 1, descriptions: 2 });
});

test("a notebook that is not trusted shows the pictures, once each", { skip }, async () => {
  await writeNotebook("untrusted.ipynb", false);
  const page = await openNotebook("untrusted.ipynb");
  await page.waitForFunction("document.querySelectorAll('.output_png img').length === 2");
  if (process.env.FIGURE_SCREENSHOTS)
    await page.screenshot({ path: join(process.env.FIGURE_SCREENSHOTS, "untrusted.png") });
  assert.deepEqual(await visible(page), { pictures: 2, drawn: 0, loads: 0, descriptions: 2 });
});

test("a page without Jupyter and without Plotly keeps the pictures", { skip }, async () => {
  const page = await staticPage("");
  await page.waitForFunction("window.lowRankPlotly === null");
  const { pictures, drawn } = await visible(page);
  assert.deepEqual({ pictures, drawn }, { pictures: 2, drawn: 0 });
});

test("a page with Plotly in it draws the figures without loading anything", { skip }, async () => {
  const plotly = readFileSync(require.resolve("plotly.js-cartesian-dist-min"), "utf8").replace(
    /<\/script/gi,
    "<\\/script",
  );
  const page = await staticPage(`<script>${plotly}</script>`);
  await page.waitForFunction("document.querySelectorAll('.low-rank-figure .main-svg .trace').length === 2");
  assert.deepEqual(await visible(page), { pictures: 0, drawn: 2, loads: 0, descriptions: 2 });
});

test("JupyterLab's way to say where its server is leads to Plotly", { skip }, async () => {
  const config = JSON.stringify({ baseUrl: `${address}/` });
  const page = await staticPage(`<script id="jupyter-config-data" type="application/json">${config}</script>`);
  await page.waitForFunction("document.querySelectorAll('.low-rank-figure .main-svg .trace').length === 2");
  await page.waitForFunction("document.querySelector('.jp-OutputArea-child').style.display === 'none'");
  assert.deepEqual(await visible(page), { pictures: 0, drawn: 2, loads: 1, descriptions: 2 });
});
