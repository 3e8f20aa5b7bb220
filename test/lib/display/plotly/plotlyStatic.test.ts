import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import { line, points } from "../../../../lib/display/marks";
import { composeFigure } from "../../../../lib/display/plotly/compose";
import { drawStatic } from "../../../../lib/display/plotly/plotlyStatic";

function figure(last: number) {
  const marks = [points([1, 2, 3], [1, 4, last], { name: "squares" }), line([1, 3], [1, 9])];
  return composeFigure("6-1", marks, "weights: demo · images: demo", { x: "index", y: "value & more" });
}

const textsOf = (svg: string) => {
  const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
  return [...document.querySelectorAll("text")].map(({ textContent }) => textContent ?? "");
};

test("the picture holds the title in both languages, the axes, the legend and the source", async () => {
  const texts = textsOf((await drawStatic(figure(1))).svg);
  for (const text of [
    "Figure 6-1 — Verdicts by chapter",
    "\u2067شکل ۶-۱ — حکم‌ها به تفکیک فصل\u2069",
    "index",
    "value & more",
    "squares",
  ])
    assert.ok(texts.includes(text), `${text} is not among ${texts.join(" | ")}`);
  assert.ok(texts.includes("weights: demo · images: demo"));
});

test("one specification gives the same bytes, whatever was drawn before or at the same time", async () => {
  const first = await drawStatic(figure(1));
  const [, again] = await Promise.all([drawStatic(figure(2)), drawStatic(figure(1))]);
  assert.equal(again.svg, first.svg);
  assert.ok(again.png.equals(first.png));
  assert.notEqual((await drawStatic(figure(2))).svg, first.svg);
});

test("the PNG has twice the figure's width and height, and ink in it", async () => {
  const { png } = await drawStatic(figure(1));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1520, 960]);
  assert.ok(png.length > 20_000, `${png.length} bytes`);
});

test("Plotly's browser stays in its own window", async () => {
  await drawStatic(figure(1));
  for (const name of ["window", "document", "self", "Plotly", "HTMLElement"])
    assert.equal(name in globalThis, false, `${name} is now global`);
});

test("the axis title stands below the tick labels, the legend's box around its text", async () => {
  const { document } = new JSDOM((await drawStatic(figure(1))).svg, { contentType: "image/svg+xml" }).window;
  const y = (selector: string) => Number(document.querySelector(selector)?.getAttribute("y"));
  assert.ok(y(".xtitle") > y(".xtick text") + 10, `${y(".xtitle")} and ${y(".xtick text")}`);
  const width = Number(document.querySelector(".legend rect.bg")?.getAttribute("width"));
  assert.ok(width > 80 && width < 130, `legend of ${width} pixels around "squares"`);
});
