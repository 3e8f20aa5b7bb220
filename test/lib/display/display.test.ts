import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import { showFigure } from "../../../lib/display/display";
import { exportFolderVariable } from "../../../lib/display/exports";
import type { Figure } from "../../../lib/display/figure";
import { frame } from "../../../lib/display/style";
import { shownInKernel } from "./fakeKernel";

const title = { english: 'A "quoted" title', persian: "عنوان" };
const source = "weights: demo · images: demo";
const figure: Figure = {
  number: "9-1",
  title,
  source,
  description: "Rises <steeply>.",
  data: [{ type: "scatter", x: [1, 2], y: [1 / 3, 2 / 3], name: "</script><script>alert(1)</script>" }],
  layout: frame({ number: "9-1", title, source, xTitle: "x", yTitle: "y" }),
};

async function shown() {
  const folder = await mkdtemp(join(tmpdir(), "low-rank-export-"));
  const before = process.env[exportFolderVariable];
  process.env[exportFolderVariable] = folder;
  try {
    const outputs = await shownInKernel(() => showFigure(figure));
    const files = (await readdir(folder)).sort();
    const svg = await readFile(join(folder, "figure-9-1.svg"), "utf8");
    return { outputs, files, svg };
  } finally {
    if (before === undefined) delete process.env[exportFolderVariable];
    else process.env[exportFolderVariable] = before;
    await rm(folder, { recursive: true });
  }
}

test("writes the figure's files, then shows the picture and the interactive form", async () => {
  const { outputs, files, svg } = await shown();
  assert.deepEqual(files, ["figure-9-1.png", "figure-9-1.svg"]);
  assert.match(svg, /weights: demo · images: demo/);
  assert.deepEqual(
    outputs.map(({ type }) => type),
    ["image/png", "text/html"],
  );
});

test("the interactive form holds the specification, a label, and what tells its picture apart", async () => {
  const { outputs } = await shown();
  const [{ content: png }, { content: html }] = outputs;
  const { document } = new JSDOM(html).window;
  const target = document.querySelector<HTMLElement>(".low-rank-figure");
  assert.equal(target?.getAttribute("aria-label"), `Figure 9-1: ${title.english}. Rises <steeply>. ${source}`);
  assert.equal(png.split(target?.dataset.picture ?? "none").length, 2, "the fingerprint stands in the picture once");
  assert.equal(target?.childNodes.length, 0, "the script draws into empty elements only");
  const specification = JSON.parse(target?.nextElementSibling?.textContent ?? "");
  assert.deepEqual(specification.data[0].y, [0.333333, 0.666667]);
  assert.equal(specification.data[0].name, figure.data[0].name);
  assert.equal(document.querySelectorAll("script").length, 2, "the specification does not end its script early");
  assert.equal(document.querySelector("small")?.textContent, "Rises <steeply>.");
});

test("outside a notebook nothing is shown, only written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "low-rank-export-"));
  process.env[exportFolderVariable] = folder;
  await showFigure(figure);
  delete process.env[exportFolderVariable];
  assert.equal((await readdir(folder)).length, 2);
  await rm(folder, { recursive: true });
});
