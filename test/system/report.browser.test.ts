import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import axe, { type AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { report } from "../../lib/claims/report";
import { composeFigure } from "../../lib/display/plotly/compose";
import { interactive } from "../../lib/display/plotly/interactive";
import { drawStatic } from "../../lib/display/plotly/plotlyStatic";
import { line } from "../../lib/display/marks";
import { writeReport } from "../../lib/cli/notebooks/htmlReport";
import { codeCells, type Output } from "../../lib/cli/notebooks/notebookFile";
import { committedReport, madeUpAssets, notebookOf } from "../support/notebooks";

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
    await writeReport(file, { assets: madeUpAssets, claims: [], chapters: [{ name: "09-figures", notebook }] });

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

describe("the report of all committed chapters", { skip, timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
  const file = join(folder, "report.html");
  let browser: Browser;
  before(async () => {
    await writeReport(file, committedReport());
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** The page with all figures drawn. @param hash what the address points at. */
  async function opened(options: BrowserContextOptions, hash = ""): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage();
    await page.goto(pathToFileURL(file).href + hash);
    const drawn = `[...document.querySelectorAll(".low-rank-figure")].every((each) => each.querySelector(".main-svg .trace"))`;
    await page.waitForFunction(drawn, undefined, { timeout: 60_000 });
    return page;
  }
  const openAll = `for (const fold of document.querySelectorAll("details")) fold.open = true`;

  test("takes at most 6 MB", () => {
    assert.ok(statSync(file).size < 6e6, `${statSync(file).size} bytes`);
  });

  test("no legend lies on a title", async () => {
    const page = await opened({ viewport: { width: 1000, height: 1400 } });
    await page.evaluate(openAll);
    assert.deepEqual(await page.evaluate(withoutPersian), []);
    assert.deepEqual(await page.evaluate(coveredTitles), []);
    await page.context().close();
  });

  test("opens with the verdicts on one screen, in the reader's language, then one figure, then folds", async () => {
    for (const [locale, lang] of [
      ["en-GB", "en"],
      ["fa-IR", "fa"],
    ]) {
      const page = await opened({ viewport: { width: 1280, height: 800 }, locale });
      const heights: Record<string, number> = await page.evaluate(
        `Object.fromEntries([...document.querySelectorAll(".overview table")].map((table) => [table.lang, table.offsetHeight]))`,
      );
      for (const [each, height] of Object.entries(heights))
        assert.ok(each === lang ? height > 300 && height <= 800 : height === 0, `${each} of ${lang}: ${height} px`);
      assert.equal(
        await page.evaluate(
          `document.querySelectorAll("main > figure .main-svg .title, main > figure .gtitle").length > 0`,
        ),
        true,
      );
      assert.equal(await page.evaluate(`document.querySelectorAll("details[open]").length`), 0);
      await page.context().close();
    }
  });

  test("the Persian table runs from right to left, formulas and numbers from left to right", async () => {
    const page = await opened({ viewport: { width: 1280, height: 800 } });
    await page.click("label[for=persian]");
    const [claim, report] = (await page.evaluate(
      `[...document.querySelectorAll("table[lang=fa] tbody tr:first-child td")].slice(0, 2).map((cell) => cell.getBoundingClientRect().left)`,
    )) as number[];
    assert.ok(claim > report, "the first column is the rightmost");
    // Where the first and the last digit of "۱۲۸ × ۵۷۶" stand.
    const [first, last] = (await page.evaluate(`(() => {
      const formula = [...document.querySelectorAll("table[lang=fa] bdi")].find(({ textContent }) => textContent === "۱۲۸ × ۵۷۶").firstChild;
      const leftOf = (i) => { const range = document.createRange(); range.setStart(formula, i); range.setEnd(formula, i + 1); return range.getBoundingClientRect().left; };
      return [leftOf(0), leftOf(8)];
    })()`)) as number[];
    assert.ok(first < last);
    await page.context().close();
  });

  test("every claim's link opens the fold around its cell, whether clicked or in the address", async () => {
    const page = await opened({ viewport: { width: 1280, height: 800 } });
    const links = page.locator(".overview table[lang=en] a");
    assert.equal(await links.count(), Object.keys(report.claims).length);
    const broken = `[...document.querySelectorAll('a[href^="#"]')].filter((a) => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).length`;
    assert.equal(await page.evaluate(broken), 0);
    const hash = (await links.last().getAttribute("href"))!;
    const shows = `(() => { const box = document.getElementById("${hash.slice(1)}").getBoundingClientRect(); return box.height > 0 && box.top >= -1 && box.top < innerHeight; })()`;
    assert.equal(await page.evaluate(shows), false);
    await links.last().click();
    await page.waitForFunction(shows);
    await page.context().close();
    const direct = await opened({ viewport: { width: 1280, height: 800 } }, hash);
    await direct.waitForFunction(shows);
    // Drawn while folded, a figure has its full width once it is seen.
    await direct.waitForFunction(
      `[...document.querySelectorAll("details[open] .low-rank-figure")].every((figure) => figure.querySelector(".main-svg").clientWidth === 760)`,
    );
    await direct.context().close();
  });

  for (const width of [1280, 360])
    for (const colorScheme of ["light", "dark"] as const)
      test(`${width} px wide and ${colorScheme}: no finding of axe, nothing wider than the page, figures on white`, async () => {
        const page = await opened({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
        await page.evaluate(openAll);
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
        const hidden = `[...document.querySelectorAll("main *")].filter((each) => !each.closest(".scrolls, pre") && each.getBoundingClientRect().right > ${width})`;
        assert.deepEqual(await page.evaluate(`${hidden}.map((each) => each.outerHTML.slice(0, 80))`), []);
        const paper = `[getComputedStyle(document.body), ...[...document.querySelectorAll(".low-rank-figure")].map((figure) => getComputedStyle(figure))].map((style) => style.backgroundColor)`;
        const [body, ...figures] = (await page.evaluate(paper)) as string[];
        assert.equal(body === "rgb(255, 255, 255)", colorScheme === "light");
        assert.deepEqual([...new Set(figures)], ["rgb(255, 255, 255)"]);
        await page.evaluate(axe.source);
        const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
        assert.deepEqual(
          violations.flatMap(({ impact, id, nodes }) =>
            impact === "serious" || impact === "critical" ? [`${id}: ${nodes[0].html.slice(0, 100)}`] : [],
          ),
          [],
        );
        await page.context().close();
      });

  test("on paper all chapters are there on pages of their own, code folded, no row or picture cut", async () => {
    const page = await opened({ viewport: { width: 688, height: 1000 } }); // what A4 leaves between the margins
    const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
    const pages = pdf.toString("latin1").match(/\/Type ?\/Page\b/g)!.length;
    assert.ok(pages > 30 && pages < 90, `${pages} pages`);
    assert.equal(
      await page.evaluate(`document.querySelectorAll("details[open]").length`),
      0,
      "folded again afterwards",
    );

    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.evaluate(`dispatchEvent(new Event("beforeprint"))`);
    const wrong = `[...document.querySelectorAll("main *")].filter((each) => {
      const { breakInside, breakBefore } = getComputedStyle(each);
      if (each.matches("tr, img, pre") && breakInside !== "avoid") return true;
      if (each.matches(".chapter") && (!each.open || breakBefore !== "page")) return true;
      if (each.matches(".code") && each.open) return true;
      if (each.matches(".low-rank-figure, .overview input")) return each.getClientRects().length > 0;
      if (each.matches(".scrolls img, .overview table") && each.getClientRects().length === 0) return true;
      return each.getBoundingClientRect().right > 688;
    }).map((each) => each.outerHTML.slice(0, 80))`;
    assert.deepEqual(await page.evaluate(wrong), []);
    assert.equal(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    await page.context().close();
  });

  test("every picture says what is to be seen, as the interactive figure in its place does", async () => {
    const page = await opened({ viewport: { width: 1280, height: 800 } });
    const texts = (await page.evaluate(
      `[[...document.images].map(({ alt }) => alt), [...document.querySelectorAll(".low-rank-figure")].map((figure) => figure.getAttribute("aria-label"))]`,
    )) as string[][];
    assert.deepEqual(texts[0], texts[1]);
    for (const text of texts[0]) assert.match(text, /^Figure \d-\d: .{60,}/, text);
    await page.context().close();
  });
});
