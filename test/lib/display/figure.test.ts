import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { JSDOM } from "jsdom";
import { exportTo } from "../../../lib/display/exports";
import { figure } from "../../../lib/display/figure";
import { points } from "../../../lib/display/marks";
import { shownInKernel } from "./fakeKernel";

const source = "weights: demo · images: demo";
const marks = [
  points([1, 2], [1 / 3, 2 / 3], { name: "</script><script>alert(1)</script>" }),
  points([1, 2], [1, 2], { name: "second" }),
];
const options = { x: "x", y: "y", description: "Rises <steeply>." };

async function exportFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "low-rank-export-"));
  exportTo(folder);
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

test("a figure of the captions is written under its number, then shown as a picture and interactive", async (context) => {
  const folder = await exportFolder(context);
  const outputs = await shownInKernel(() => figure("2-1", marks, source, { ...options, fill: { layer: "fc" } }));
  assert.deepEqual((await readdir(folder)).sort(), ["figure-2-1.png", "figure-2-1.svg"]);
  assert.match(await readFile(join(folder, "figure-2-1.svg"), "utf8"), /weights: demo · images: demo/);
  assert.deepEqual(
    outputs.map(({ type }) => type),
    ["image/png", "text/html"],
  );
});

test("any other id is the title, and names files of its own", async (context) => {
  const folder = await exportFolder(context);
  await figure('A "quoted" title, mine', marks, source, options);
  await figure("خطا", marks, source, options);
  assert.deepEqual((await readdir(folder)).sort(), [
    "figure-a-quoted-title-mine.png",
    "figure-a-quoted-title-mine.svg",
    "figure-خطا.png",
    "figure-خطا.svg",
  ]);
});

test("the interactive form holds the specification, a label, and what tells its picture apart", async (context) => {
  await exportFolder(context);
  const outputs = await shownInKernel(() => figure('A "quoted" title', marks, source, options));
  const [{ content: png }, { content: html }] = outputs;
  const { document } = new JSDOM(html).window;
  const target = document.querySelector<HTMLElement>(".low-rank-figure");
  assert.equal(target?.getAttribute("aria-label"), `A "quoted" title. Rises <steeply>. ${source}`);
  assert.equal(png.split(target?.dataset.picture ?? "none").length, 2, "the fingerprint stands in the picture once");
  assert.equal(target?.childNodes.length, 0, "the script draws into empty elements only");
  const specification = JSON.parse(target?.nextElementSibling?.textContent ?? "");
  assert.deepEqual(specification.data[0].y, [0.333333, 0.666667]);
  assert.equal(specification.data[0].name, marks[0].name);
  assert.equal(document.querySelectorAll("script").length, 2, "the specification does not end its script early");
  assert.equal(document.querySelector("small")?.textContent, "Rises <steeply>.");
});

test("only a timed figure is marked for the comparer", async (context) => {
  await exportFolder(context);
  const [[, steady], [, timed]] = [
    await shownInKernel(() => figure("a", marks, source, options)),
    await shownInKernel(() => figure("a", marks, source, { ...options, timed: true })),
  ];
  assert.deepEqual([/class="time"/.test(steady.content), /class="time"/.test(timed.content)], [false, true]);
});
