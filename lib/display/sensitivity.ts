import type { Data } from "plotly.js-dist";
import type { GuideScore, Outcome } from "../claims/chapter5";
import type { Figure } from "./figure";
import { palette, symbols } from "./plotly/palette";
import { frame, guideLine, roomForTwoRows } from "./plotly/style";

const title = {
  english: "Which guide finds the layers that compress well?",
  persian: "کدام معیار لایه‌های فشرده‌شدنی را می‌یابد؟",
};

/** Figure 5-3: each guide's ρ with its interval, for both outcomes and every share; +1 is a perfect guide. */
export function guideComparison(source: string, scores: readonly GuideScore[]): Figure {
  const number = "5-3";
  const guides = [...new Set(scores.map(({ guide }) => guide))];
  const groups = groupsOf(scores);
  const layout = frame({ number, title, source, xTitle: "Spearman’s ρ between guide and cost", yTitle: "" });
  return {
    number,
    title,
    source,
    description: scores.map(describe).join(" "),
    data: groups.map((group, i) => intervals(group, guides, i, groups.length)),
    layout: {
      ...layout,
      ...roomForTwoRows({ ...layout, margin: { ...layout.margin, l: 170 } }),
      xaxis: { ...layout.xaxis, range: [-1.05, 1.05], dtick: 0.5 },
      yaxis: {
        ...layout.yaxis,
        tickvals: guides.map((_, i) => i),
        ticktext: guides,
        range: [guides.length - 0.5, -0.5],
        showgrid: false,
      },
      shapes: [guideLine({ x: 0 })],
    },
  };
}

const describe = ({ guide, share, outcome, rho, low, high }: GuideScore) =>
  `${guide} and ${outcome} at share ${share}: ${rho.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}).`;

interface Group {
  share: number;
  outcome: Outcome;
  scores: GuideScore[];
}

function groupsOf(scores: readonly GuideScore[]): Group[] {
  const groups: Group[] = [];
  for (const score of scores) {
    const known = groups.find(({ share, outcome }) => share === score.share && outcome === score.outcome);
    if (known) known.scores.push(score);
    else groups.push({ share: score.share, outcome: score.outcome, scores: [score] });
  }
  return groups;
}

function intervals({ share, outcome, scores }: Group, guides: string[], index: number, count: number): Data {
  const color = palette[index];
  return {
    type: "scatter",
    mode: "markers",
    x: scores.map(({ rho }) => rho),
    y: scores.map(({ guide }) => guides.indexOf(guide) + 0.16 * (index - (count - 1) / 2)),
    error_x: {
      type: "data",
      symmetric: false,
      array: scores.map(({ rho, high }) => high - rho),
      arrayminus: scores.map(({ rho, low }) => rho - low),
      color,
      thickness: 1.5,
      width: 3,
    },
    name: `${outcome}, share ${share}`,
    marker: { color, symbol: symbols[index], size: 8 },
  };
}

/** A layer's condition number and the points of top-1 that its compression costs at one share. */
export interface LayerPoint {
  layer: string;
  share: number;
  conditionNumber: number;
  pointsLost: number;
}

/** Figure 5-4: loss of top-1 over the condition number, a point a layer and share. */
export function lossAgainstConditionNumber(source: string, points: readonly LayerPoint[]): Figure {
  const number = "5-4";
  const scatterTitle = {
    english: "Loss of top-1 against the condition number",
    persian: "افت دقت در برابر عدد شرطی",
  };
  const layout = frame({
    number,
    title: scatterTitle,
    source,
    xTitle: "condition number σ₁ / σᵣ",
    yTitle: "points of top-1 lost",
  });
  const shares = [...new Set(points.map(({ share }) => share))];
  return {
    number,
    title: scatterTitle,
    source,
    description: shares.map((share) => describeWorst(points.filter((point) => point.share === share))).join(" "),
    data: shares.map((share, i) =>
      losses(
        points.filter((point) => point.share === share),
        share,
        i,
      ),
    ),
    layout: { ...layout, xaxis: { ...layout.xaxis, type: "log", dtick: 1 } },
  };
}

function describeWorst(points: readonly LayerPoint[]): string {
  const worst = points.reduce((most, point) => (point.pointsLost > most.pointsLost ? point : most));
  return `At share ${worst.share} ${worst.layer}, condition number ${worst.conditionNumber.toPrecision(3)}, costs most: ${worst.pointsLost.toFixed(2)} points.`;
}

/** The points of one share; the costliest two bear their layer's name where they stand apart from the others. */
function losses(points: readonly LayerPoint[], share: number, index: number): Data {
  const costliest = [...points].sort((first, second) => second.pointsLost - first.pointsLost);
  const named = costliest.slice(0, 2).filter(({ pointsLost }) => pointsLost > 0.25 * costliest[0].pointsLost);
  const rightmost = Math.max(...points.map(({ conditionNumber }) => conditionNumber));
  return {
    type: "scatter",
    mode: "text+markers",
    x: points.map(({ conditionNumber }) => conditionNumber),
    y: points.map(({ pointsLost }) => pointsLost),
    text: points.map((point) => (named.includes(point) ? point.layer : "")),
    textposition: points.map(({ conditionNumber }) =>
      conditionNumber === rightmost ? ("middle left" as const) : ("middle right" as const),
    ),
    hovertext: points.map(({ layer }) => layer),
    name: `share ${share} of the layer’s parameters`,
    marker: { color: palette[index], symbol: symbols[index], size: 9, opacity: 0.8 },
  };
}
