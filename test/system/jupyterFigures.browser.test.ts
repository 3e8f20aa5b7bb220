import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { Results } from "../../lib/cli/results";
import { buildFolder } from "../../lib/core/paths";
import { copyCheckout, environmentWithKernel, removeCheckout } from "../support/checkout";
import { type JupyterServer, startJupyter } from "../support/jupyter";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = [
  existsSync(executablePath) ? [] : [`no Chromium at ${executablePath}`],
  spawnSync("jupyter", ["notebook", "--version"]).status === 0 ? [] : ["no Jupyter Notebook"],
].flat();
const skip = missing.length > 0 && missing.join(", ");
const screenshots = join(buildFolder, "screenshots");

/** What a reader sees of the page; as text, since the project's TypeScript does not know a browser's names. */
const view = `(() => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length > 0).length;
  return { drawn: seen(".low-rank-figure .main-svg:first-of-type"), pictures: seen('.output_png img') };
})()`;

describe("the classic Jupyter Notebook draws each figure in place of its picture in", { skip }, () => {
  let browser: Browser;
  let jupyter: JupyterServer;
  let checkout: string;
  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    checkout = copyCheckout("shared");
    jupyter = await startJupyter(checkout, environmentWithKernel(checkout));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser?.close();
    jupyter?.close();
    removeCheckout(checkout);
  });

  for (const chapter of new Results().all())
    test(`chapter ${chapter.number}`, async () => {
      const name = `${chapter.name}.ipynb`;
      const count =
        readFileSync(join(checkout, "notebooks", name), "utf8").split('class=\\"low-rank-figure\\"').length - 1;
      const trust = await fetch(`${jupyter.address}/api/contents/notebooks/${name}/trust`, { method: "POST" });
      assert.equal(trust.status, 201);
      const page = await browser.newPage({ viewport: { width: 1200, height: 1200 } });
      try {
        await page.goto(`${jupyter.address}/notebooks/notebooks/${name}`);
        await page.waitForSelector(".text_cell_render h1", { timeout: 60_000 });
        await page.waitForFunction(`(${view}).drawn === ${count} && (${view}).pictures === 0`, { timeout: 60_000 });
        await page.waitForSelector("#kernel_indicator_icon.kernel_idle_icon", { timeout: 60_000 });
        await screenshot(page, join(screenshots, `${chapter.name}.png`));
      } finally {
        await page.close();
      }
    });
});

/** The whole notebook: Jupyter scrolls inside the page, so the window is made as tall as the notebook. */
async function screenshot(page: Page, path: string): Promise<void> {
  const height = await page.evaluate<number>(`document.querySelector("#notebook-container").scrollHeight + 300`);
  await page.setViewportSize({ width: 1200, height });
  await page.screenshot({ path });
}
