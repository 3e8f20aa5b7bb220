import { sourceLine } from "../display/banner";
import { type HtmlCell, htmlTable } from "../display/htmlTable";
import { escapeHtml, show } from "../display/notebook";
import type { SettledClaim } from "./claims";
import { verdicts } from "./verdicts";

function rowOf({ id, claim, persian, rule, reported, computed, verdict, note, timed }: SettledClaim): HtmlCell[] {
  const { sign, colour, persian: word } = verdicts[verdict];
  return [
    { html: `<code>${escapeHtml(id)}</code>` },
    { html: `${escapeHtml(claim)}<br>${rightToLeft(persian)}<br><small>${escapeHtml(rule)}</small>` },
    { html: escapeHtml(String(reported)) },
    { html: escapeHtml(String(computed)), time: timed },
    {
      html: `<b style="color:${colour};white-space:nowrap">${sign} ${verdict}</b><br>${rightToLeft(word)}`,
      time: timed,
    },
    { html: escapeHtml(note), time: timed },
  ];
}

const rightToLeft = (persian: string) => `<span dir="rtl" lang="fa">${escapeHtml(persian)}</span>`;

/** The closing table of a chapter as HTML. */
export function claimsHtml(claims: readonly SettledClaim[]): string {
  const [{ chapter, weights, images }] = claims;
  const title = { english: `Claims of chapter ${chapter}, settled`, persian: "ادعاهای گزارش در کنار نتایج این اجرا" };
  const source = sourceLine({ weights: { provenance: weights }, images: { provenance: images } });
  const headings = ["id", "claim and rule", "report", "this run", "verdict", "note"];
  return htmlTable({ title, source }, headings, claims.map(rowOf));
}

/** Shows the closing table of a chapter. */
export function showClaims(claims: readonly SettledClaim[]): void {
  const lines = claims.map(({ id, verdict, reported, computed }) => [id, verdict, reported, computed].join(" "));
  show(claimsHtml(claims), lines.join("\n"));
}
