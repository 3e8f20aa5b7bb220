import { sourceLine } from "../display/banner";
import { type HtmlCell, htmlTable } from "../display/htmlTable";
import { escapeHtml, inNotebook, notebook } from "../display/notebook";
import type { SettledClaim, Verdict } from "./claims";

/** Signs that tell the verdicts apart without colour; colours that can be read on white and on black. */
const signs: Record<Verdict, { sign: string; colour: string }> = {
  reproduced: { sign: "✓", colour: "#138A66" },
  differs: { sign: "≠", colour: "#C75B00" },
  refuted: { sign: "✗", colour: "#D7263D" },
  "not comparable": { sign: "–", colour: "#767676" },
};

function rowOf({ id, claim, rule, reported, computed, verdict, note, timed }: SettledClaim): HtmlCell[] {
  const { sign, colour } = signs[verdict];
  return [
    { html: `<code>${escapeHtml(id)}</code>` },
    { html: `${escapeHtml(claim)}<br><small>${escapeHtml(rule)}</small>` },
    { html: escapeHtml(String(reported)) },
    { html: escapeHtml(String(computed)), time: timed },
    { html: `<b style="color:${colour};white-space:nowrap">${sign} ${verdict}</b>`, time: timed },
    { html: escapeHtml(note), time: timed },
  ];
}

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
  if (inNotebook()) notebook().html(claimsHtml(claims));
  else for (const { id, verdict, reported, computed } of claims) console.log(id, verdict, reported, computed);
}
