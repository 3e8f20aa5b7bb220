import { readFileSync } from "node:fs";
import { type Figure, figureSize, specification } from "./specification";
import { boxOf, renderPng } from "./svgRenderer";

/** What is used of jsdom's window: its own types would bring the DOM's into every notebook. */
interface PlotlyWindow {
  eval(code: string): void;
  JSON: JSON;
  Math: { random: () => number };
  URL: { createObjectURL?: () => string };
  TextDecoder?: unknown;
  HTMLCanvasElement: { prototype: { getContext: () => null } };
  SVGElement: { prototype: object };
  Plotly: { toImage(specification: unknown, options: object): Promise<string> };
}

let loaded: PlotlyWindow | undefined;
let previous: Promise<unknown> = Promise.resolve();

/** Plotly inside a window of jsdom's, so that this process keeps its own globals; loaded once, 2 s. */
function plotlyWindow(): PlotlyWindow {
  if (loaded) return loaded;
  const { JSDOM, VirtualConsole } = require("jsdom");
  const dom = new JSDOM("<!DOCTYPE html>", { runScripts: "outside-only", virtualConsole: new VirtualConsole() });
  const window: PlotlyWindow = dom.window;
  addWhatJsdomLacks(window);
  window.eval(readFileSync(require.resolve("plotly.js-dist"), "utf8"));
  loaded = window;
  return window;
}

function addWhatJsdomLacks(window: PlotlyWindow): void {
  window.TextDecoder = TextDecoder;
  window.URL.createObjectURL = () => "blob:";
  window.HTMLCanvasElement.prototype.getContext = () => null;
  Object.assign(window.SVGElement.prototype, {
    getBBox: boxOf,
    getBoundingClientRect: boxOf,
    getComputedTextLength(this: ThisParameterType<typeof boxOf>) {
      return boxOf.call(this).width;
    },
  });
}

/** Plotly draws its elements' names at random: from one start each time, one specification gives the same bytes. */
function restartRandom(window: PlotlyWindow): void {
  let state = 1;
  window.Math.random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

async function drawSvg(figure: Figure): Promise<string> {
  const window = plotlyWindow();
  restartRandom(window);
  const options = { format: "svg", imageDataOnly: true, ...figureSize, height: figure.layout.height };
  return window.Plotly.toImage(window.JSON.parse(specification(figure)), options);
}

/** Draws a figure as SVG and, at twice the size, PNG, without a browser. */
export async function drawStatic(figure: Figure): Promise<{ svg: string; png: Buffer }> {
  const drawing = previous.then(() => drawSvg(figure));
  previous = drawing.catch(() => {});
  const svg = await drawing;
  return { svg, png: renderPng(svg) };
}
