import type { Data, Layout } from "plotly.js-dist";
import type { DepthSeries } from "../chapters/depth";
import type { Figure } from "./figure";
import { palette, symbols } from "./plotly/palette";
import { frame, note, roomForTwoRows } from "./plotly/style";

const title = { english: "Latency against depth", persian: "تأخیر در برابر عمق شبکه" };

/** Figure 5-1: median ms over the number of layers, with the straight line of each engine; one panel a batch size. */
export function latencyAgainstDepth(source: string, series: readonly DepthSeries[]): Figure {
  const number = "5-1";
  const batches = [...new Set(series.map(({ batch }) => batch))];
  const engines = [...new Set(series.map(({ engine }) => engine))];
  const layout = frame({ number, title, source, xTitle: "layers", yTitle: "median ms a batch" });
  return {
    number,
    title,
    source,
    description: series.map(describe).join(" "),
    timed: true,
    data: series.flatMap((each) => traces(each, engines.indexOf(each.engine), batches.indexOf(each.batch))),
    layout: { ...layout, ...roomForTwoRows(layout), ...panels(layout, batches) },
  };
}

const describe = ({ engine, batch, layers, ms }: DepthSeries) =>
  `${engine}, batch ${batch}: from ${ms[0].toFixed(1)} ms at ${layers[0]} layers to ${ms[ms.length - 1].toFixed(1)} ms at ${layers[layers.length - 1]}.`;

function traces({ engine, layers, ms, fit }: DepthSeries, index: number, panel: number): Data[] {
  const color = palette[index % palette.length];
  const axes = panel === 0 ? {} : { xaxis: `x${panel + 1}`, yaxis: `y${panel + 1}` };
  const ends = [0, layers[layers.length - 1]];
  const y = ends.map((count) => fit.intercept + fit.slope * count);
  return [
    { type: "scatter", mode: "lines", x: ends, y, ...axes, line: { color, width: 1.5 }, showlegend: false },
    {
      type: "scatter",
      mode: "markers",
      x: [...layers],
      y: ms,
      ...axes,
      name: engine,
      showlegend: panel === 0,
      marker: { color, size: 9, symbol: symbols[index % symbols.length] },
    },
  ] as Data[];
}

/** Axes side by side, each panel under its batch size. */
function panels(layout: Partial<Layout>, batches: number[]): Partial<Layout> {
  const gap = 0.12;
  const width = (1 - gap * (batches.length - 1)) / batches.length;
  const axes = batches.map((batch, panel) => {
    const suffix = panel === 0 ? "" : String(panel + 1);
    const start = panel * (width + gap);
    return {
      [`xaxis${suffix}`]: { ...layout.xaxis, domain: [start, start + width], rangemode: "tozero" },
      [`yaxis${suffix}`]: {
        ...layout.yaxis,
        ...(panel > 0 ? { title: undefined } : {}),
        anchor: `x${suffix}`,
        rangemode: "tozero",
      },
      label: { ...note({ x: start + 0.02, y: 0.97, text: `<b>batch ${batch}</b>`, xanchor: "left", yanchor: "top" }) },
    };
  });
  const labels = axes.map(({ label }) => ({ ...label, xref: "paper" as const, yref: "paper" as const }));
  return {
    ...Object.assign({}, ...axes.map(({ label, ...each }) => each)),
    annotations: [...(layout.annotations ?? []), ...labels],
  };
}
