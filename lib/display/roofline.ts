import type { Data } from "plotly.js-dist";
import type { NetworkProfile, Yardsticks } from "../chapters/roofline";
import type { Figure } from "./figure";
import { palette, symbols } from "./plotly/palette";
import { colours, frame } from "./plotly/style";

const title = {
  english: "Roofline of this machine, every layer of ResNet-18",
  persian: "مدل سقف این ماشین و لایه‌های شبکه",
};

/** Figure 5-2: GFLOP/s of each layer over its operations a byte, beside the two yardsticks, both axes logarithmic. */
export function roofline(source: string, profiles: readonly NetworkProfile[], yardsticks: Yardsticks): Figure {
  const number = "5-2";
  const points = profiles.flatMap(({ layers }) => layers);
  const layout = frame({ number, title, source, xTitle: "floating-point operations a byte", yTitle: "GFLOP/s" });
  const from = Math.min(...points.map(({ intensity }) => intensity)) / 2;
  const to = Math.max(...points.map(({ intensity }) => intensity)) * 2;
  return {
    number,
    title,
    source,
    description: `The yardsticks are ${yardsticks.product.toFixed(0)} GFLOP/s and ${yardsticks.bandwidth.toFixed(1)} GB/s; each layer is a point at what it reaches.`,
    timed: true,
    data: [lines(from, to, yardsticks), ...profiles.map(layerPoints)],
    layout: {
      ...layout,
      // Above the plot three entries would lie on the title.
      legend: { x: 0.98, xanchor: "right", y: 0.02, yanchor: "bottom" },
      xaxis: { ...layout.xaxis, type: "log", dtick: 1 },
      yaxis: { ...layout.yaxis, type: "log", dtick: 1 },
    },
  };
}

function lines(from: number, to: number, { product, bandwidth }: Yardsticks): Data {
  const ridge = product / bandwidth;
  const x = [Math.min(from, ridge / 2), ridge, Math.max(to, 2 * ridge)];
  return {
    type: "scatter",
    mode: "lines",
    x,
    y: x.map((intensity) => Math.min(product, bandwidth * intensity)),
    name: "measured: memory bandwidth, matrix product",
    line: { color: colours.guide, width: 2 },
  };
}

function layerPoints({ batch, layers }: NetworkProfile, index: number): Data {
  return {
    type: "scatter",
    mode: "markers",
    x: layers.map(({ intensity }) => intensity),
    y: layers.map(({ gflops }) => gflops),
    text: layers.map(({ name, kind }) => `${name}, ${kind}`),
    name: `layers at batch ${batch}`,
    marker: { color: palette[index], symbol: symbols[index], size: 9, opacity: 0.8 },
  };
}
