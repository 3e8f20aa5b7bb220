import type { Data } from "plotly.js-dist";
import type { Claim } from "../claims/claims";
import { type Verdict, verdicts } from "../claims/verdicts";
import type { Figure, Title } from "./figure";
import { frame } from "./style";

/** Figure 6-1: how many claims of each chapter got which verdict. */
export function verdictsByChapter(
  { number, title, source }: { number: string; title: Title; source: string },
  claims: readonly Claim[],
): Figure {
  const chapters = [...new Set(claims.map(({ chapter }) => chapter))].sort();
  const count = (verdict: Verdict, chapter: number) =>
    claims.filter((claim) => claim.verdict === verdict && claim.chapter === chapter).length;
  const shown = (Object.keys(verdicts) as Verdict[]).filter((verdict) => verdict !== "varied");
  const layout = frame({ number, title, source, xTitle: "", yTitle: "claims" });
  return {
    number,
    title,
    source,
    description: shown
      .map((verdict) => `${claims.filter((claim) => claim.verdict === verdict).length} ${verdict}`)
      .join(", "),
    timed: true,
    data: shown.map(
      (verdict): Data => ({
        type: "bar",
        name: verdict,
        x: chapters.map((chapter) => `chapter ${chapter}`),
        y: chapters.map((chapter) => count(verdict, chapter)),
        marker: { color: verdicts[verdict].fill },
      }),
    ),
    layout: { ...layout, barmode: "stack" },
  };
}
