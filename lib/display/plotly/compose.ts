import type { Data, Layout } from "plotly.js-dist";
import { UserError } from "../../core/errors";
import { range } from "../../core/tensor";
import { type Axis, plotlyAxis, valuesAlong } from "./axes";
import { captionOf, type Fill } from "../captions";
import { describe } from "./describe";
import { type LegendPlace, legendRoom } from "./legend";
import type { Mark, Picture } from "../marks";
import { looksOf } from "./palette";
import { type Panel, ruleLabel, ruleShape } from "./rules";
import type { Figure } from "./specification";
import { paper, plotSize } from "./style";
import { imageOf, tracesOf } from "./traces";

export interface FigureOptions {
  x: Axis | string;
  y: Axis | string;
  /** Values for the {places} in the titles of data/captions.json. */
  fill?: Fill;
  /** What there is to see, for readers who cannot see it; by default it is made from the marks. */
  description?: string;
  /** Whether its numbers come from a clock, so that they differ from run to run. */
  timed?: boolean;
  /** Names of panels side by side, added to the title of x. They share y where it has a range. */
  panels?: readonly string[];
  /** By default above the plot. */
  legend?: LegendPlace;
  /** Whether bars at one x stand on each other instead of side by side. */
  stacked?: boolean;
}

const axisOf = (axis: Axis | string): Axis => (typeof axis === "string" ? { title: axis } : axis);
const panelOf = (mark: Mark) => ("panel" in mark ? mark.panel : undefined);

/** The mark that stands for each name in the legend: points if it has any, else the first. */
function inLegend(marks: readonly Mark[]): Map<string, Mark> {
  const shown = new Map<string, Mark>();
  for (const mark of marks) {
    if (!("name" in mark) || mark.name === undefined || mark.kind === "band") continue;
    const known = shown.get(mark.name);
    if (!known || (known.kind !== "points" && mark.kind === "points")) shown.set(mark.name, mark);
  }
  return shown;
}

function tracesWithLegend(marks: readonly Mark[], shown: Map<string, Mark>): Data[] {
  const looks = looksOf(marks);
  return marks.flatMap((mark, i) => {
    const name = "name" in mark ? mark.name : undefined;
    const index = panelOf(mark) ?? 0;
    const axes = index === 0 ? {} : { xaxis: `x${index + 1}`, yaxis: `y${index + 1}` };
    const showlegend = name !== undefined && shown.get(name) === mark;
    return tracesOf(mark, looks[i], { name, showlegend, ...axes } as object);
  });
}

/** Axes of all panels, side by side. */
function axesOf(panels: readonly Panel[], names: readonly string[]): Partial<Layout> {
  const shareY = panels[0].y.range !== undefined;
  const gap = shareY ? 0.06 : 0.12;
  const width = (1 - gap * (panels.length - 1)) / panels.length;
  const axes = panels.map(({ index, x, y, marks }) => {
    const suffix = index === 0 ? "" : String(index + 1);
    const start = index * (width + gap);
    const title = [x.title, names[index]].filter(Boolean).join(", ");
    return {
      [`xaxis${suffix}`]: {
        ...plotlyAxis("x", { ...x, title }, marks),
        ...(panels.length > 1 && { domain: [start, start + width], anchor: `y${suffix}` }),
      },
      [`yaxis${suffix}`]: {
        ...plotlyAxis("y", { ...y, title: index === 0 ? y.title : "" }, marks),
        ...(panels.length > 1 && { anchor: `x${suffix}` }),
        ...(index > 0 && shareY && { showticklabels: false }),
      },
    };
  });
  return Object.assign({}, ...axes);
}

/** Pixels of a letter on average, and of what stands beside the names along y. */
const [letterWidth, besideNames] = [7, 35];

/** Pixels beyond the usual left margin that names along y need. */
function roomForNames(y: Axis, marks: readonly Mark[]): number {
  const names =
    y.ticks?.labels ?? valuesAlong("y", marks).flatMap((value) => (typeof value === "string" ? [value] : []));
  const longest = Math.max(0, ...names.map(({ length }) => length));
  return Math.max(0, letterWidth * longest + besideNames - 75);
}

const columnsOf = (grid: Picture["grid"]) => Math.max(...grid.map((row) => row.length));

/** Of the room around a picture at either side, as a share of its width: it keeps the file small. */
const besidePicture = 0.12;

/** The height that a picture leaves of a plot. */
function spareHeight({ grid }: Picture, { width, height }: ReturnType<typeof plotSize>): number {
  return Math.round(height - (width / (1 + 2 * besidePicture)) * (grid.length / columnsOf(grid)));
}

/** A picture's own axes: pixels are square, the first row is at the top, and nothing but names stands beside it. */
function pictureAxes({ grid }: Picture, axes: Partial<Layout>): Partial<Layout> {
  const columns = columnsOf(grid);
  const bare = { showgrid: false, showline: false, zeroline: false, ticks: "" } as const;
  const range: [number, number] = [-besidePicture * columns, (1 + besidePicture) * columns];
  return {
    xaxis: { ...axes.xaxis, ...bare, range, tickfont: { size: 10 } },
    yaxis: { ...axes.yaxis, ...bare, range: [grid.length, 0], scaleanchor: "x", constrain: "domain", visible: false },
  };
}

/**
 * Composes marks, drawn in their order, to a figure in Plotly's terms.
 * @param id of an entry in data/captions.json, which gives number and titles, or any other title.
 * @throws UserError if a title has a place without a value, or a mark is in no panel of the figure.
 */
export function composeFigure(id: string, marks: readonly Mark[], source: string, options: FigureOptions): Figure {
  const { panels: names = [], legend: place = "above", stacked, description, timed } = options;
  const { number, title } = captionOf("figure", id, options.fill);
  const [x, y] = [axisOf(options.x), axisOf(options.y)];
  const count = Math.max(1, names.length);
  const outside = marks.map(panelOf).find((index) => index !== undefined && !(index >= 0 && index < count));
  if (outside !== undefined) throw new UserError(`no panel ${outside}: this figure has ${count}, counted from 0`);
  const panels = range(count).map((index): Panel => {
    return { index, x, y, marks: marks.filter((mark) => mark.kind === "rule" || (panelOf(mark) ?? 0) === index) };
  });

  const shown = inLegend(marks);
  const left = roomForNames(y, marks);
  const pictures = marks.flatMap((mark) => (mark.kind === "picture" ? [mark] : []));
  const { legend, ...room } = legendRoom(place, [...shown.keys()], plotSize(left));
  const spare = Math.max(0, ...pictures.map((picture) => spareHeight(picture, plotSize(left))));
  const layout = paper({ number, title, source }, { left, ...room, spare });
  const rules = marks.flatMap((mark) => (mark.kind === "rule" ? [mark] : []));
  const labels = rules.filter(({ label }) => label).map((rule) => ruleLabel(rule, panels[0]));
  const axes = axesOf(panels, names);
  return {
    number,
    title,
    source,
    description: description ?? describe(marks, names, x, y),
    timed,
    data: tracesWithLegend(marks, shown),
    layout: {
      ...layout,
      ...axes,
      ...(pictures.length > 0 && pictureAxes(pictures[0], axes)),
      legend: { ...legend, traceorder: "normal" },
      showlegend: shown.size > 0 && marks.length > 1,
      ...(marks.some(({ kind }) => kind === "bars") && { barmode: stacked ? "stack" : "group" }),
      shapes: panels.flatMap((panel) => rules.map((rule) => ruleShape(rule, panel))),
      images: pictures.map(imageOf),
      annotations: [...(layout.annotations ?? []), ...labels],
    },
  };
}
