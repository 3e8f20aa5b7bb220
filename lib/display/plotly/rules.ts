import type { Layout } from "plotly.js-dist";
import { type Axis, extentOf } from "./axes";
import type { Mark, Rule } from "../marks";
import { colours } from "./palette";

type Shape = NonNullable<Layout["shapes"]>[number];
type Annotation = NonNullable<Layout["annotations"]>[number];

/** One panel of a figure: its place among the panels, its axes and the marks in it. */
export interface Panel {
  index: number;
  x: Axis;
  y: Axis;
  marks: readonly Mark[];
}

/** The rule's dashed line in one panel. */
export function ruleShape({ place }: Rule, { index }: Panel): Shape {
  const [x, y] = index === 0 ? ["x", "y"] : [`x${index + 1}`, `y${index + 1}`];
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
  const [low, high, at] = [...extent, value].map((each) => position(each, panel[side]));
  return high > low ? (at - low) / (high - low) : 0.5;
}

/** Annotations on a logarithmic axis stand at the logarithm, unlike shapes. */
const position = (value: number, axis: Axis) => (axis.log ? Math.log10(value) : value);

/** The rule's words beside its line in the first panel, on the side where there is more room. */
export function ruleLabel({ place, label, at }: Rule, first: Panel): Annotation {
  const words = { text: label, borderpad: 4, showarrow: false, bgcolor: "rgba(255,255,255,0.8)" };
  if ("from" in place) {
    const [x, y] = [0, 1].map((i) => place.from[i] + (at ?? 0.8) * (place.to[i] - place.from[i]));
    const start = { x: position(x, first.x), y: position(y, first.y), xanchor: "left", yanchor: "top" } as const;
    return { ...start, ...words, xref: "x", yref: "y" } as Annotation;
  }
  if ("y" in place) {
    const x = at ?? 0;
    const xanchor = x < 1 / 3 ? "left" : x > 2 / 3 ? "right" : "center";
    const yanchor = shareAlong("y", place.y, first) > 0.95 ? "top" : "bottom";
    const start = { x, y: position(place.y, first.y), xanchor, yanchor };
    return { ...start, ...words, xref: "x domain", yref: "y" } as Annotation;
  }
  const xanchor = shareAlong("x", place.x, first) < 1 / 3 ? "left" : "right";
  const start = { x: position(place.x, first.x), y: at ?? 0.5, xanchor, yanchor: "middle" };
  return { ...start, ...words, xref: "x", yref: "y domain" } as Annotation;
}
