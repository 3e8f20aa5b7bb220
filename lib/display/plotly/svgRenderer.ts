import { dirname, join } from "node:path";
import { Resvg, type ResvgRenderOptions } from "@resvg/resvg-js";

const fontFolder = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");

/** DejaVu Sans has Latin, Greek and Persian letters; a font of the package, so that every machine draws the same. */
const options: ResvgRenderOptions = {
  font: {
    fontFiles: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((file) => join(fontFolder, file)),
    loadSystemFonts: false,
    defaultFontFamily: "DejaVu Sans",
  },
  fitTo: { mode: "zoom", value: 2 },
};

/** DejaVu Sans: ascent and line height as shares of the font size. */
const ascent = 0.928;
const lineHeight = 1.164;

/** An SVG element as far as it is measured here. */
interface SvgElement {
  tagName: string;
  ownerDocument: { defaultView: { XMLSerializer: new () => { serializeToString(element: SvgElement): string } } };
  style: { fontSize: string };
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): { length: number };
}

/** A rectangle in pixels. */
type Extent = Record<"x" | "y" | "width" | "height", number>;

const known = new Map<string, Extent>();

/** What an element covers with ink, by the renderer that draws it in the end. */
function ink(element: SvgElement): Extent {
  const markup = new element.ownerDocument.defaultView.XMLSerializer().serializeToString(element);
  let found = known.get(markup);
  if (!found) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${markup}</svg>`;
    found = new Resvg(svg, options).getBBox() ?? { x: 0, y: 0, width: 0, height: 0 };
    known.set(markup, found);
  }
  return found;
}

/** A text takes whole lines, whatever letters stand in them. */
function wholeLines(text: SvgElement, { x, width }: Extent): Extent {
  const size = Number.parseFloat(text.style.fontSize) || 12;
  const lines = Math.max(1, text.querySelectorAll("tspan.line").length);
  const y = Number(text.getAttribute("y") ?? 0) - ascent * size;
  return { x, y, width, height: size * (lineHeight + 1.3 * (lines - 1)) };
}

/** Box of an SVG element, with every name for its sides: what a browser's getBBox and getBoundingClientRect say. */
export function boxOf(this: SvgElement) {
  const inked = ink(this);
  const { x, y, width, height } = this.tagName === "text" && inked.width > 0 ? wholeLines(this, inked) : inked;
  return { x, y, width, height, left: x, top: y, right: x + width, bottom: y + height };
}

/** The SVG as PNG, two pixels for each of its own. */
export function renderPng(svg: string): Buffer {
  return new Resvg(svg, options).render().asPng();
}
