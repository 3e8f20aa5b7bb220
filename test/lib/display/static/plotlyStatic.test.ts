import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import type { Figure } from "../../../../lib/display/figure";
import { drawStatic } from "../../../../lib/display/static/plotlyStatic";
import { frame } from "../../../../lib/display/style";

function figure(number: string): Figure {
  const title = { english: "Points & lines", persian: "نقطه‌ها" };
  const source = "weights: demo · images: demo";
  return {
    number,
    title,
    source,
    description: "",
    data: [{ type: "scatter", mode: "markers", x: [1, 2, 3], y: [1, 4, Number(number.slice(2))], name: "squares" }],
    layout: { ...frame({ number, title, source, xTitle: "index", yTitle: "value" }), showlegend: true },
  };
}

const textsOf = (svg: string) => {
  const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
  return [...document.querySelectorAll("text")].map(({ textContent }) => textContent ?? "");
};

test("the picture holds the title in both languages, the axes, the legend and the source", async () => {
  const texts = textsOf((await drawStatic(figure("9-1"))).svg);
  for (const text of ["Figure 9-1 — Points & lines", "\u2067شکل ۹-۱ — نقطه‌ها\u2069", "index", "value", "squares"])
    assert.ok(texts.includes(text), `${text} is not among ${texts.join(" | ")}`);
  assert.ok(texts.includes("weights: demo · images: demo"));
});

test("one specification gives the same bytes, whatever was drawn before or at the same time", async () => {
  const first = await drawStatic(figure("9-1"));
  const [, again] = await Promise.all([drawStatic(figure("9-2")), drawStatic(figure("9-1"))]);
  assert.equal(again.svg, first.svg);
  assert.ok(again.png.equals(first.png));
  assert.notEqual((await drawStatic(figure("9-2"))).svg, first.svg);
});

test("the PNG has twice the figure's width and height, and ink in it", async () => {
  const { png } = await drawStatic(figure("9-1"));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1520, 960]);
  assert.ok(png.length > 20_000, `${png.length} bytes`);
});

test("Plotly's browser stays in its own window", async () => {
  await drawStatic(figure("9-1"));
  for (const name of ["window", "document", "self", "Plotly", "HTMLElement"])
    assert.equal(name in globalThis, false, `${name} is now global`);
});

test("the axis title stands below the tick labels, the legend's box around its text", async () => {
  const { document } = new JSDOM((await drawStatic(figure("9-1"))).svg, { contentType: "image/svg+xml" }).window;
  const y = (selector: string) => Number(document.querySelector(selector)?.getAttribute("y"));
  assert.ok(y(".xtitle") > y(".xtick text") + 10, `${y(".xtitle")} and ${y(".xtick text")}`);
  const width = Number(document.querySelector(".legend rect.bg")?.getAttribute("width"));
  assert.ok(width > 80 && width < 130, `legend of ${width} pixels around "squares"`);
});
