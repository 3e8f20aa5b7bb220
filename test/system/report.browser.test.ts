import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { composeFigure } from "../../lib/display/plotly/compose";
import { interactive } from "../../lib/display/plotly/interactive";
import { drawStatic } from "../../lib/display/plotly/plotlyStatic";
import { line } from "../../lib/display/marks";
import { writeReport } from "../../lib/cli/notebooks/htmlReport";
import { Results } from "../../lib/cli/results";
import { codeCells, type Output, parseNotebook } from "../../lib/cli/notebooks/notebookFile";
import { notebookOf } from "../support/notebooks";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const skip = !existsSync(executablePath) && `no Chromium at ${executablePath}`;

/** What `figure` leaves in a notebook: a picture, then the interactive figure. */
async function figureOutputs(title: string): Promise<Output[]> {
  const marks = [line([1, 2, 3], [1, 4, 9], { name: title })];
  const figure = composeFigure(title, marks, "weights: demo · images: demo", { x: "x", y: "y" });
  const { png } = await drawStatic(figure);
  const display = (bundle: Record<string, unknown>): Output => ({
    output_type: "display_data",
    data: bundle,
    metadata: {},
  });
  return [display({ "image/png": png.toString("base64") }), display({ "text/html": interactive(figure, png) })];
}

test("offline, the report draws its figures in place of their pictures and asks nobody for anything", {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const notebook = notebookOf("first", "second");
    for (const [i, cell] of codeCells(notebook).entries())
      cell.outputs = await figureOutputs(`Figure of my own ${i + 1}`);
    const file = join(folder, "report.html");
    await writeReport(file, [{ name: "09-figures", notebook }]);

    const page = await browser.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requests.push(request.url().slice(0, 60)));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(file).href);
    await page.waitForFunction(`document.querySelectorAll(".low-rank-figure .main-svg .trace").length === 2`);
    await page.waitForFunction(`[...document.images].every((image) => image.getClientRects().length === 0)`);
    assert.deepEqual(complaints, []);
    assert.deepEqual(
      requests.filter((url) => !/^(file|data|blob):/.test(url)),
      [],
    );
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
});

/** Figures whose legend lies on their title, in either language: run in the page, which has names that the compiler lacks. */
const coveredTitles = `[...document.querySelectorAll(".low-rank-figure")].flatMap((figure) => {
  const box = (selector) => figure.querySelector(selector)?.getBoundingClientRect();
  const [legend, titles] = [box(".legend"), [box(".gtitle"), box(".gtitle-subtitle")]];
  const meet = (a, b) => a && b && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return titles.some((title) => meet(title, legend)) ? [figure.getAttribute("aria-label").slice(0, 12)] : [];
})`;

/** Numbered figures without their Persian title. */
const withoutPersian = `[...document.querySelectorAll(".low-rank-figure")]
  .filter((figure) => !figure.querySelector(".gtitle-subtitle"))
  .flatMap((figure) => figure.getAttribute("aria-label").match(/^Figure \\d+-\\d+/) ?? [])`;

test("in the report of all committed chapters no legend lies on a title", { skip, timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const results = new Results();
    const chapters = results.all().map((chapter) => {
      const path = results.source(chapter);
      return { name: chapter.name, notebook: parseNotebook(readFileSync(path, "utf8"), path) };
    });
    const file = join(folder, "report.html");
    await writeReport(file, chapters);
    const page = await browser.newPage({ viewport: { width: 1000, height: 1400 } });
    await page.goto(pathToFileURL(file).href);
    const drawn = `[...document.querySelectorAll(".low-rank-figure")].every((each) => each.querySelector(".main-svg .trace"))`;
    await page.waitForFunction(drawn, undefined, { timeout: 60_000 });
    assert.deepEqual(await page.evaluate(withoutPersian), []);
    assert.deepEqual(await page.evaluate(coveredTitles), []);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
});
