import type { Layout } from "plotly.js-dist";
import type { Axis } from "./axes";
import { extentOf } from "./axes";
import type { Mark, Rule } from "../marks";
import { colours } from "./palette";
import { note } from "./style";

type Shape = NonNullable<Layout["shapes"]>[number];
type Annotation = NonNullable<Layout["annotations"]>[number];

/** One panel of a figure: its place among the panels, its axes and the marks in it. */
export interface Panel {
  index: number;
  x: Axis;
  y: Axis;
  marks: readonly Mark[];
}

/** "x", "x2", …: an axis as Plotly's shapes and annotations name it. */
const reference = (side: "x" | "y", index: number) => `${side}${index === 0 ? "" : index + 1}`;

/** The rule's dashed line in one panel. */
export function ruleShape({ place }: Rule, { index }: Panel): Shape {
  const [x, y] = [reference("x", index), reference("y", index)];
  const ends =
    "from" in place
      ? { xref: x, yref: y, x0: place.from[0], y0: place.from[1], x1: place.to[0], y1: place.to[1] }
      : "y" in place
        ? { xref: `${x} domain`, yref: y, x0: 0, x1: 1, y0: place.y, y1: place.y }
        : { xref: x, yref: `${y} domain`, x0: place.x, x1: place.x, y0: 0, y1: 1 };
  return { type: "line", line: { color: colours.guide, width: 1.5, dash: "dash" }, ...ends } as Shape;
}

/** How far along an axis a value lies, from 0 to 1; ½ where that cannot be told. */
function shareAlong(side: "x" | "y", value: number, panel: Panel): number {
  const extent = extentOf(side, panel[side], panel.marks);
  if (!extent) return 0.5;
  const [low, high, at] = (panel[side].log ? [...extent, value].map(Math.log10) : [...extent, value]) as number[];
  return high > low ? (at - low) / (high - low) : 0.5;
}

/** Annotations on a logarithmic axis stand at the logarithm, unlike shapes. */
const position = (value: number, axis: Axis) => (axis.log ? Math.log10(value) : value);

/** The rule's words beside its line, on the side where there is more room. */
export function ruleLabel({ place, label = "", at }: Rule, panel: Panel): Annotation {
  const [xref, yref] = [reference("x", panel.index), reference("y", panel.index)];
  if ("from" in place) {
    const [x, y] = [0, 1].map((i) => place.from[i] + (at ?? 0.8) * (place.to[i] - place.from[i]));
    const at2 = { x: position(x, panel.x), y: position(y, panel.y) };
    return { ...note({ ...at2, text: label, xanchor: "left", yanchor: "top" }), xref, yref } as Annotation;
  }
  if ("y" in place) {
    const along = at ?? 0;
    const xanchor = along < 1 / 3 ? "left" : along > 2 / 3 ? "right" : "center";
    const yanchor = shareAlong("y", place.y, panel) > 0.95 ? "top" : "bottom";
    const words = note({ x: along, y: position(place.y, panel.y), text: label, xanchor, yanchor });
    return { ...words, xref: `${xref} domain`, yref } as Annotation;
  }
  const xanchor = shareAlong("x", place.x, panel) < 1 / 3 ? "left" : "right";
  const words = note({ x: position(place.x, panel.x), y: at ?? 0.5, text: label, xanchor, yanchor: "middle" });
  return { ...words, xref, yref: `${yref} domain` } as Annotation;
}
