import type { Data } from "plotly.js-dist";
import { centralInterval, median } from "../statistics/summary";
import type { Figure, Title } from "./figure";
import { colours, frame } from "./plotly/style";

/** Top-1 of one kind of head over the seeds, beside the report's, all in per cent. */
export interface AccuracySample {
  /** What the reader sees: "keep 0.5 (k = 5)". */
  name: string;
  /** The report's compression ratio: 0, 50, 80. */
  compression: number;
  /** One accuracy a seed. */
  sample: readonly number[];
  reported: number;
}

interface Caption {
  number: string;
  title: Title;
  source: string;
}

const describe = (points: AccuracySample[]) =>
  points
    .map(
      (point) =>
        `${point.name}: median ${median(point.sample).toFixed(2)} %, the report's ${point.reported.toFixed(2)} %.`,
    )
    .join(" ");
const accuracyAxis = "top-1 accuracy, %";

function reportedPoints(x: (string | number)[], points: AccuracySample[]): Data {
  const marker = { symbol: "diamond-open", size: 11, color: colours.report, line: { width: 2 } } as const;
  return {
    type: "scatter",
    mode: "markers",
    x,
    y: points.map(({ reported }) => reported),
    name: "the report's, official weights",
    marker,
  };
}

/** Figure 4-1: accuracy against compression; bars span the central 95 % of the seeds. */
export function accuracyAgainstCompression({ number, title, source }: Caption, points: AccuracySample[]): Figure {
  const x = points.map(({ compression }) => compression);
  const y = points.map(({ sample }) => median(sample));
  const computed: Data = {
    type: "scatter",
    mode: "lines+markers",
    x,
    y,
    error_y: {
      type: "data",
      symmetric: false,
      array: points.map(({ sample }, i) => centralInterval(sample).high - y[i]),
      arrayminus: points.map(({ sample }, i) => y[i] - centralInterval(sample).low),
      thickness: 2,
      width: 7,
    },
    name: `this run, median and central 95 % of ${points[0].sample.length} seeds`,
    marker: { color: colours.computed, size: 9 },
    line: { color: colours.computed, width: 2 },
  };
  const layout = frame({ number, title, source, xTitle: "compression of fc, % of its rank", yTitle: accuracyAxis });
  return {
    number,
    title,
    source,
    description: describe(points),
    data: [computed, reportedPoints(x, points)],
    layout: {
      ...layout,
      xaxis: { ...layout.xaxis, tickvals: x, range: [-5, 85] },
      yaxis: { ...layout.yaxis, range: [0, 102] },
    },
  };
}
