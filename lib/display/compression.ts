import type { Data } from "plotly.js-dist";
import type { FormTime } from "../chapters/formTiming";
import type { FrontierPoint } from "../chapters/frontier";
import type { LayerError } from "../chapters/layerErrors";
import type { Figure } from "./figure";
import { palette, symbols } from "./plotly/palette";
import { colours, frame, guideLine, note } from "./plotly/style";

/** Figure 7-1: time over multiply-accumulates of each form; on the dashed line time would follow the count. */
export function timeAgainstMacs(source: string, times: readonly FormTime[]): Figure {
  const number = "7-1";
  const title = { english: "Time against counted operations", persian: "زمان در برابر تعداد عملیات" };
  const layout = frame({ number, title, source, xTitle: "MACs, % of the original", yTitle: "time, % of the original" });
  const forms = [...new Set(times.filter(({ share }) => share < 1).map(({ form }) => form))];
  return {
    number,
    title,
    source,
    timed: true,
    description: times
      .map(
        ({ form, macs, time }) =>
          `${form}: ${(100 * macs).toFixed(0)} % of the MACs, ${(100 * time).toFixed(0)} % of the time.`,
      )
      .join(" "),
    data: forms.map((form, i): Data => {
      const own = times.filter((each) => each.form === form);
      return {
        type: "scatter",
        mode: "markers",
        name: form,
        x: own.map(({ macs }) => 100 * macs),
        y: own.map(({ time }) => 100 * time),
        marker: { color: palette[i % palette.length], size: 11, symbol: symbols[i % symbols.length] },
      };
    }),
    layout: {
      ...layout,
      legend: { x: 0.02, xanchor: "left", y: 0.98, yanchor: "top" },
      xaxis: { ...layout.xaxis, range: [0, 105] },
      yaxis: { ...layout.yaxis, range: [0, 105] },
      shapes: [
        { type: "line", x0: 0, y0: 0, x1: 105, y1: 105, line: { color: colours.guide, width: 1.5, dash: "dash" } },
      ],
      annotations: [
        ...(layout.annotations ?? []),
        note({ x: 84, y: 80, text: "time = MACs", xanchor: "left", yanchor: "top" }),
      ],
    },
  };
}

/** Figure 7-2: relative error of one layer's answers against the rank of its split. */
export function errorAgainstRank(source: string, layer: string, errors: readonly LayerError[]): Figure {
  const number = "7-2";
  const title = { english: `Error of ${layer}'s answers`, persian: "خطای پاسخ یک لایه بر حسب رتبه" };
  const layout = frame({ number, title, source, xTitle: "rank", yTitle: "relative squared error of the answers" });
  const series = {
    weights: "weights",
    corrected: "weights, mean kept",
    responses: "responses",
    responsesAfter: "responses, layers before compressed",
    asymmetric: "asymmetric, layers before compressed",
  } as const;
  return {
    number,
    title,
    source,
    description: errors
      .map(
        ({ rank, weights, responses, responsesAfter, asymmetric }) =>
          `rank ${rank}: weights ${weights.toFixed(3)}, responses ${responses.toFixed(3)}; with the layers before compressed: responses ${responsesAfter.toFixed(3)}, asymmetric ${asymmetric.toFixed(3)}.`,
      )
      .join(" "),
    data: Object.entries(series).map(
      ([key, name], i): Data => ({
        type: "scatter",
        mode: "lines+markers",
        name,
        x: errors.map(({ rank }) => rank),
        y: errors.map((error) => error[key as keyof typeof series]),
        line: { color: palette[i] },
        marker: { color: palette[i], size: 8, symbol: symbols[i] },
      }),
    ),
    layout: {
      ...layout,
      // Errors fall with the rank, so that this corner is free.
      legend: { x: 0.98, xanchor: "right", y: 0.98, yanchor: "top" },
      yaxis: { ...layout.yaxis, rangemode: "tozero" },
    },
  };
}

/** Figure 7-3: top-1 against measured speed-up; colour tells the allocation, the symbol the fit. One panel a thread setting. */
export function frontier(source: string, points: readonly FrontierPoint[], base: number): Figure {
  const number = "7-3";
  const title = { english: "Accuracy against measured speed-up", persian: "دقت در برابر شتاب اندازه‌گیری‌شده" };
  const layout = frame({ number, title, source, xTitle: "speed-up, all threads", yTitle: "top-1 accuracy, %" });
  const groups = [...new Set(points.map(groupOf))];
  const shown = [base, ...points.map(({ accuracy }) => 100 * accuracy.share)];
  const range: [number, number] = [Math.floor(Math.min(...shown)) - 3, Math.ceil(Math.max(...shown)) + 3];
  const panels = [
    { axes: {}, x: ({ speedup }: FrontierPoint) => speedup, legend: true },
    { axes: { xaxis: "x2", yaxis: "y2" }, x: ({ speedupOneThread }: FrontierPoint) => speedupOneThread, legend: false },
  ];
  return {
    number,
    title,
    source,
    timed: true,
    description: points
      .map(
        ({ allocation, fit, speedup, accuracy }) =>
          `${allocation}, ${fit}: ${speedup.toFixed(2)} ×, ${(100 * accuracy.share).toFixed(1)} %.`,
      )
      .join(" "),
    data: panels.flatMap(({ axes, x, legend }) =>
      groups.map((group) => {
        const own = points.filter((point) => groupOf(point) === group).sort((a, b) => x(a) - x(b));
        return {
          type: "scatter",
          mode: "lines+markers",
          name: group,
          showlegend: legend,
          x: own.map(x),
          y: own.map(({ accuracy }) => 100 * accuracy.share),
          ...axes,
          line: { width: 1, color: colourOf(points, own[0]) },
          marker: { size: 10, color: colourOf(points, own[0]), symbol: symbolOf(points, own[0]) },
        } as Data;
      }),
    ),
    layout: {
      ...layout,
      height: 590,
      margin: { ...layout.margin, b: 220 },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: -0.3, yanchor: "top", font: { size: 11 } },
      xaxis: { ...layout.xaxis, domain: [0, 0.47], rangemode: "normal" },
      xaxis2: { ...layout.xaxis, title: { text: "speed-up, 1 thread", standoff: 10 }, domain: [0.53, 1], anchor: "y2" },
      yaxis: { ...layout.yaxis, range },
      yaxis2: { ...layout.yaxis, title: undefined, range, anchor: "x2", showticklabels: false },
      shapes: [guideLine({ y: base })],
      annotations: [
        ...(layout.annotations ?? []).map((each) => ({ ...each, yshift: -195 })),
        note({ x: 0.465, y: base, text: "as it is", xanchor: "right", yanchor: "bottom" }),
      ].map((each, i) => (i === 0 ? each : { ...each, xref: "paper" as const })),
    },
  } as Figure;
}

const groupOf = ({ allocation, fit }: FrontierPoint) => `${allocation}, ${fit}`;

const colourOf = (points: readonly FrontierPoint[], { allocation }: FrontierPoint) =>
  palette[[...new Set(points.map((point) => point.allocation))].indexOf(allocation) % palette.length];

const symbolOf = (points: readonly FrontierPoint[], { fit }: FrontierPoint) =>
  symbols[[...new Set(points.map((point) => point.fit))].indexOf(fit) % symbols.length];
