import type { Layout } from "plotly.js-dist";

/** Where the legend stands: above or below the plot, or in one of its corners. */
export type LegendPlace = "above" | "below" | "top left" | "top right" | "bottom left" | "bottom right";

/** Pixels of a line of the legend. */
const lineHeight = 22;
/** Pixels of a letter, on average, and of the sign before a name. */
const [letterWidth, signWidth] = [7.6, 50];
/** Pixels between the axis and a legend below it, past the axis' own numbers and title. */
const belowAxis = 62;

/** Lines that names take side by side, as Plotly sets them: in columns as wide as the longest unless one line holds all. */
function linesOf(names: readonly string[], width: number): number {
  const widths = names.map((name) => signWidth + letterWidth * name.length);
  if (widths.reduce((sum, each) => sum + each, 0) <= width) return 1;
  const columns = Math.max(1, Math.floor(width / Math.max(...widths)));
  return Math.ceil(names.length / columns);
}

/** The legend's layout, and the pixels by which the figure must grow for it. @param width, height of the plot itself. */
export function legendRoom(
  place: LegendPlace,
  names: readonly string[],
  { width, height }: { width: number; height: number },
): { legend: Partial<Layout["legend"]>; above: number; below: number } {
  const lines = linesOf(names, width);
  if (place === "above") {
    const legend = { orientation: "h", x: 1, xanchor: "right", y: 1.01, yanchor: "bottom" } as const;
    return { legend, above: (lines - 1) * lineHeight, below: 0 };
  }
  if (place === "below") {
    const legend = { orientation: "h", x: 0.5, xanchor: "center", y: -belowAxis / height, yanchor: "top" } as const;
    return { legend, above: 0, below: lines * lineHeight };
  }
  const [vertical, horizontal] = place.split(" ") as ["top" | "bottom", "left" | "right"];
  const [x, y] = [horizontal === "left" ? 0.02 : 0.98, vertical === "top" ? 0.98 : 0.02];
  return { legend: { x, xanchor: horizontal, y, yanchor: vertical }, above: 0, below: 0 };
}
