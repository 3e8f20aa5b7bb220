import type { Data, Layout } from "plotly.js-dist";
import type { Band, Bars, Boxes, Line, Mark, Picture, Points } from "../marks";
import type { Look } from "./palette";
import { encodePng } from "./png";

/** What a mark's traces have in common: axes, name, and whether the legend shows it. */
type Shared = Partial<Data>;

/** Distance of interval ends from their points, as Plotly wants them. */
function intervals(middle: readonly (number | string)[], low?: ArrayLike<number>, high?: ArrayLike<number>) {
  if (!low && !high) return undefined;
  const beyond = (ends: ArrayLike<number> | undefined, sign: number) =>
    middle.map((value, i) => (ends ? sign * (ends[i] - Number(value)) : 0));
  const [array, arrayminus] = [beyond(high, 1), beyond(low, -1)];
  return { type: "data", symmetric: false, array, arrayminus, thickness: 1.5, width: 5 } as const;
}

/** Whether a label fits between its point and the right end. */
function labelSides(x: readonly (number | string)[]): ("middle left" | "middle right")[] {
  const numbers = x.map(Number);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return numbers.map((value) => (value === high && high > low ? "middle left" : "middle right"));
}

function pointTrace(mark: Points, { colour, symbol }: Look, shared: Shared): Data {
  const { x, y, size = 9, low, high, left, right, hover, labels, join } = mark;
  const open = symbol.endsWith("-open");
  const [vertical, horizontal] = [intervals(y, low, high), intervals(x, left, right)];
  return {
    ...shared,
    type: "scatter",
    mode: ["markers", join ? "lines" : [], labels ? "text" : []].flat().join("+"),
    x,
    y,
    marker: { color: colour, symbol, size, opacity: join || open ? 1 : 0.85, ...(open && { line: { width: 2 } }) },
    ...(join && { line: { color: colour, width: 1.5 } }),
    ...(vertical && { error_y: { ...vertical, color: colour } }),
    ...(horizontal && { error_x: { ...horizontal, color: colour } }),
    ...(hover && { hovertext: [...hover] }),
    ...(labels && { text: [...labels], textposition: labelSides(x) }),
  } as Data;
}

const lineTrace = ({ x, y, width = 2 }: Line, { colour }: Look, shared: Shared): Data =>
  ({ ...shared, type: "scatter", mode: "lines", x, y, line: { color: colour, width } }) as Data;

function bandTraces({ x, low, high }: Band, { colour }: Look, shared: Shared): Data[] {
  const edge = { ...shared, type: "scatter", mode: "lines", x, line: { width: 0 }, hoverinfo: "skip" };
  const upper = { ...edge, y: high, fill: "tonexty", fillcolor: `${colour}33` };
  return [{ ...edge, y: low } as Data, upper as Data];
}

function boxTraces({ samples }: Boxes, { colour }: Look, shared: Shared): Data[] {
  const marker = { color: colour, size: 4, opacity: 0.6 };
  const look = { boxpoints: "all", jitter: 0.6, pointpos: 0, marker, line: { color: colour, width: 1.5 } };
  return Object.entries(samples).map(
    ([name, y]) => ({ ...shared, type: "box", name, y, ...look, fillcolor: `${colour}1F` }) as Data,
  );
}

const barTrace = ({ x, y }: Bars, { colour }: Look, shared: Shared): Data =>
  ({ ...shared, type: "bar", x, y, marker: { color: colour } }) as Data;

/** A picture is an image behind the axes; the axes need one point, which is not seen, to be drawn. */
const pictureTrace = (shared: Shared): Data =>
  ({ ...shared, type: "scatter", mode: "markers", x: [0], y: [0], opacity: 0, hoverinfo: "skip" }) as Data;

/** The mark as Plotly's traces. */
export function tracesOf(mark: Mark, look: Look, shared: Shared): Data[] {
  switch (mark.kind) {
    case "points":
      return [pointTrace(mark, look, shared)];
    case "line":
      return [lineTrace(mark, look, shared)];
    case "band":
      return bandTraces(mark, look, shared);
    case "boxes":
      return boxTraces(mark, look, shared);
    case "bars":
      return [barTrace(mark, look, shared)];
    case "picture":
      return [pictureTrace(shared)];
    case "rule":
      return [];
  }
}

/** Pixels of the picture for one of an image's, so that page and file show hard-edged squares; pixels between images. */
const [zoom, gap] = [4, 2];

/** The picture as Plotly's image, one unit of the axes for each of its squares. */
export function imageOf({ grid, side }: Picture): NonNullable<Layout["images"]>[number] {
  const tile = side * zoom + gap;
  const columns = Math.max(...grid.map((row) => row.length));
  const [width, height] = [columns * tile, grid.length * tile];
  const rgb = new Uint8Array(3 * width * height).fill(255);
  const place = (image: Uint8Array, left: number, top: number) => {
    for (let y = 0; y < side * zoom; y++)
      for (let x = 0; x < side * zoom; x++)
        for (let c = 0; c < 3; c++)
          rgb[3 * ((top + y) * width + left + x) + c] =
            image[(c * side + Math.floor(y / zoom)) * side + Math.floor(x / zoom)];
  };
  for (const [i, row] of grid.entries())
    for (const [j, image] of row.entries()) if (image) place(image, j * tile, i * tile);
  const source = `data:image/png;base64,${encodePng(width, height, rgb).toString("base64")}`;
  return { source, xref: "x", yref: "y", x: 0, y: 0, sizex: columns, sizey: grid.length, sizing: "stretch" };
}
