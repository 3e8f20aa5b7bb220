import type { Layout, LayoutAxis } from "plotly.js-dist";
import { figureSize, type Title } from "./figure";
import { persianDigits, rightToLeft } from "./persian";

/** Okabe and Ito's colours (2008), `recorded` a lighter tint: told apart by readers with any colour vision, and in grey print. */
export const colours = {
  computed: "#0072B2",
  report: "#D55E00",
  recorded: "#F5C766",
  guide: "#555555",
  text: "#222222",
};

/** Family of the static files' font first, then what browsers have. */
export const fontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";

interface Frame {
  number: string;
  title: Title;
  source: string;
  xTitle: string;
  yTitle: string;
}

const axis = (text: string): Partial<LayoutAxis> => ({
  title: { text, standoff: 10 },
  showline: true,
  linecolor: colours.guide,
  ticks: "outside",
  gridcolor: "#E5E5E5",
  zeroline: false,
});

/** The layout that every figure shares: bilingual title, axes, and the source line inside the picture. */
export function frame({ number, title, source, xTitle, yTitle }: Frame): Partial<Layout> {
  return {
    height: figureSize.height,
    paper_bgcolor: "white",
    plot_bgcolor: "white",
    font: { family: fontFamily, size: 13, color: colours.text },
    title: {
      text: `<b>Figure ${number}</b> — ${title.english}`,
      subtitle: { text: rightToLeft(`شکل ${persianDigits(number)} — ${title.persian}`), font: { size: 14 } },
      font: { size: 16 },
      x: 0.5,
      xanchor: "center",
      y: 0.95,
      yanchor: "top",
    },
    margin: { l: 75, r: 30, t: 112, b: 95 },
    xaxis: axis(xTitle),
    yaxis: axis(yTitle),
    legend: { orientation: "h", x: 1, xanchor: "right", y: 1.01, yanchor: "bottom" },
    annotations: [sourceNote(source)],
  };
}

/** Pixels of a row of the legend. */
const legendRow = 22;

/** Height and margins of a frame whose legend takes two rows: the plot stays as large, and the title free. */
export function roomForTwoRows({ height = figureSize.height, margin }: Partial<Layout>): Partial<Layout> {
  return { height: height + legendRow, margin: { ...margin, t: (margin?.t ?? 0) + legendRow } };
}

type Annotation = NonNullable<Layout["annotations"]>[number];

function sourceNote(source: string): Annotation {
  return {
    text: `<b>${source}</b>`,
    xref: "paper",
    yref: "paper",
    x: 1,
    xanchor: "right",
    y: 0,
    yanchor: "top",
    yshift: -62,
    showarrow: false,
    font: { size: 12, color: colours.guide },
  };
}

/** A few words at a point of the axes. */
export function note(place: Pick<Annotation, "x" | "y" | "text" | "xanchor" | "yanchor">): Annotation {
  return { ...place, borderpad: 4, showarrow: false, bgcolor: "rgba(255,255,255,0.8)" };
}

/** A dashed line across the whole plot, at one x or at one y. */
export function guideLine({ x, y }: { x?: number; y?: number }): NonNullable<Layout["shapes"]>[number] {
  const dashed = { type: "line", line: { color: colours.guide, width: 1.5, dash: "dash" } } as const;
  return x === undefined
    ? { ...dashed, xref: "paper", x0: 0, x1: 1, y0: y, y1: y }
    : { ...dashed, yref: "paper", y0: 0, y1: 1, x0: x, x1: x };
}
