import type { Data } from "plotly.js-dist";
import type { Figure, Title } from "./figure";
import { palette } from "./plotly/palette";
import { colours, frame, guideLine, note } from "./plotly/style";

/**
 * A recovery method's mean top-1 over the seeds with the 95 % interval of the mean, in per cent; keep ratio 1 is the
 * uncompressed head, trained on as long.
 */
export interface MethodResult {
  id: string;
  title: string;
  keep: number;
  learningRate?: number;
  mean: number;
  low: number;
  high: number;
}

interface Caption {
  number: string;
  title: Title;
  source: string;
}

function series(
  results: readonly MethodResult[],
  name: string,
  colour: string,
  symbol: "circle" | "square" | "diamond-open",
): Data {
  return {
    type: "scatter",
    mode: "markers",
    name,
    x: results.map(({ id }) => id),
    y: results.map(({ mean }) => mean),
    error_y: {
      type: "data",
      symmetric: false,
      array: results.map(({ mean, high }) => high - mean),
      arrayminus: results.map(({ mean, low }) => mean - low),
      width: 7,
    },
    // An open sign stands around the one that it would hide.
    marker: { color: colour, size: 11, symbol, ...(symbol === "diamond-open" && { size: 16, line: { width: 2 } }) },
  };
}

/** Figure 4-2: every way to recover at both ranks, beside the uncompressed heads after ten batches (dashed) and later. */
export function recoveryComparison({ number, title, source }: Caption, results: MethodResult[], base: number): Figure {
  const layout = frame({ number, title, source, xTitle: "method of table 4-6", yTitle: "mean top-1 accuracy, %" });
  const at = (keep: number) => results.filter((result) => result.keep === keep);
  return {
    number,
    title,
    source,
    description: `${results.map(describe).join(", ")}; uncompressed after 10 batches: ${base.toFixed(2)} %.`,
    data: [
      series(at(0.5), "rank 5", colours.computed, "circle"),
      series(at(0.2), "rank 2", colours.recorded, "square"),
      series(at(1), "uncompressed, trained on as long", palette[2], "diamond-open"),
    ],
    layout: {
      ...layout,
      yaxis: { ...layout.yaxis, range: [0, 102] },
      legend: { ...layout.legend, y: 0.02, yanchor: "bottom" },
      shapes: [guideLine({ y: base })],
      annotations: [
        ...(layout.annotations ?? []),
        note({ x: 3.5, y: base, text: "uncompressed heads, 10 batches", xanchor: "center", yanchor: "bottom" }),
      ],
    },
  };
}

const describe = ({ id, keep, mean }: MethodResult) =>
  `${id} ${keep === 1 ? "uncompressed" : `at keep ${keep}`}: ${mean.toFixed(2)} %`;

/** Answers of each class after recovery, mean over the seeds, beside how often the class occurs. */
export function answerHistogram(
  { number, title, source }: Caption,
  classNames: readonly string[],
  answers: Record<string, readonly number[]>,
): Figure {
  const palette = [colours.guide, colours.computed, colours.recorded, colours.report];
  const layout = frame({ number, title, source, xTitle: "class", yTitle: "images of the test set" });
  return {
    number,
    title,
    source,
    description: "Mean number of images that a seed's head assigns to each class, beside the true counts.",
    data: Object.entries(answers).map(
      ([name, counts], i): Data => ({
        type: "bar",
        name,
        x: [...classNames],
        y: [...counts],
        marker: { color: palette[i % palette.length] },
      }),
    ),
    layout: { ...layout, barmode: "group" },
  };
}

/** Loss at every step: the median over the seeds, with the band that holds the central 95 % of them. */
export function lossCurves(
  { number, title, source }: Caption,
  curves: { name: string; low: number[]; middle: number[]; high: number[] }[],
): Figure {
  const palette = [colours.computed, colours.recorded, colours.report];
  const layout = frame({ number, title, source, xTitle: "step", yTitle: "cross-entropy of the step's batch" });
  const lines = curves.flatMap(({ name, low, middle, high }, i): Data[] => {
    const x = middle.map((_, step) => step + 1);
    const color = palette[i % palette.length];
    const band = {
      type: "scatter",
      mode: "lines",
      x,
      line: { width: 0 },
      showlegend: false,
      hoverinfo: "skip",
    } as const;
    return [
      { ...band, y: low },
      { ...band, y: high, fill: "tonexty", fillcolor: `${color}33` },
      { type: "scatter", mode: "lines", x, y: middle, name, line: { color, width: 2 } },
    ];
  });
  return {
    number,
    title,
    source,
    description: "Median loss over the seeds; the bands hold the central 95 %.",
    data: lines,
    layout: { ...layout, yaxis: { ...layout.yaxis, rangemode: "tozero" } },
  };
}
