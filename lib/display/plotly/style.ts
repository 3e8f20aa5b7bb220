import type { Layout, LayoutAxis } from "plotly.js-dist";
import type { Heading } from "../captions";
import { colours } from "./palette";
import { persianDigits, rightToLeft } from "../persian";
import { figureSize } from "./specification";

/** Family of the static files' font first, then what browsers have. */
export const fontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";

/** The look that every axis shares. */
export const axisLook = (text: string): Partial<LayoutAxis> => ({
  title: { text, standoff: 10 },
  showline: true,
  linecolor: colours.guide,
  ticks: "outside",
  gridcolor: "#E5E5E5",
  zeroline: false,
});

function heading({ number, title }: Heading, height: number): Partial<Layout>["title"] {
  const english = number ? `<b>Figure ${number}</b> — ${title.english}` : `<b>${title.english}</b>`;
  const persian = title.persian && (number ? `شکل ${persianDigits(number)} — ${title.persian}` : title.persian);
  return {
    text: english,
    ...(persian && { subtitle: { text: rightToLeft(persian), font: { size: 14 } } }),
    font: { size: 16 },
    x: 0.5,
    xanchor: "center",
    y: 1 - 24 / height, // as far from the upper edge, whatever the height
    yanchor: "top",
    yref: "container",
  };
}

const margin = { l: 75, r: 30, t: 112, b: 95 };

/** Pixels of the plot itself. @param left pixels beyond the usual margin. */
export const plotSize = (left: number) => ({
  width: figureSize.width - margin.l - left - margin.r,
  height: figureSize.height - margin.t - margin.b,
});

/**
 * The layout that every figure shares: bilingual title, margins, and the source line inside the picture.
 * @param room pixels beyond the usual at the left, above and below the plot, and those that the plot itself does not need.
 */
export function paper(caption: Heading, room: Record<"left" | "above" | "below" | "spare", number>): Partial<Layout> {
  const height = figureSize.height + room.above + room.below - room.spare;
  return {
    height,
    paper_bgcolor: "white",
    plot_bgcolor: "white",
    font: { family: fontFamily, size: 13, color: colours.text },
    title: heading(caption, height),
    margin: { ...margin, l: margin.l + room.left, t: margin.t + room.above, b: margin.b + room.below },
    annotations: [sourceNote(caption.source, room.below)],
  };
}

type Annotation = NonNullable<Layout["annotations"]>[number];

function sourceNote(source: string, below: number): Annotation {
  return {
    text: `<b>${source}</b>`,
    xref: "paper",
    yref: "paper",
    x: 1,
    xanchor: "right",
    y: 0,
    yanchor: "top",
    yshift: -62 - below,
    showarrow: false,
    font: { size: 12, color: colours.guide },
  };
}
