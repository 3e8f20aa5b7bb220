import type { Data } from "plotly.js-dist";
import type { Claim, Verdict } from "../claims/claims";
import type { Figure, Title } from "./figure";
import { colours, frame } from "./style";

/** Colours of Okabe and Ito that stay apart in grey print. */
const looks: [Verdict, string][] = [
  ["reproduced", "#009E73"],
  ["refuted", colours.report],
  ["differs", colours.recorded],
  ["not comparable", "#BBBBBB"],
];

/** Figure 6-1: how many claims of each chapter got which verdict. */
export function verdictsByChapter(
  { number, title, source }: { number: string; title: Title; source: string },
  claims: readonly Claim[],
): Figure {
  const chapters = [...new Set(claims.map(({ chapter }) => chapter))].sort();
  const count = (verdict: Verdict, chapter: number) =>
    claims.filter((claim) => claim.verdict === verdict && claim.chapter === chapter).length;
  const layout = frame({ number, title, source, xTitle: "", yTitle: "claims" });
  return {
    number,
    title,
    source,
    description: looks
      .map(([verdict]) => `${claims.filter((claim) => claim.verdict === verdict).length} ${verdict}`)
      .join(", "),
    timed: true,
    data: looks.map(
      ([verdict, color]): Data => ({
        type: "bar",
        name: verdict,
        x: chapters.map((chapter) => `chapter ${chapter}`),
        y: chapters.map((chapter) => count(verdict, chapter)),
        marker: { color },
      }),
    ),
    layout: { ...layout, barmode: "stack" },
  };
}
