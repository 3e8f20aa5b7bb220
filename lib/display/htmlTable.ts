import type { Heading } from "./captions";
import { escapeHtml } from "./notebook";
import { persianDigits } from "./persian";

/** One cell: its HTML, whether it is set as a number, and whether it is a time, which changes from run to run. */
export interface HtmlCell {
  html: string;
  right?: boolean;
  time?: boolean;
}

function caption({ number, title, source }: Heading): string {
  const english = number ? `<b>Table ${escapeHtml(number)}</b> — ` : "";
  const persian = number ? `جدول ${persianDigits(number)} — ` : "";
  return [
    // As wide as its text, or a narrow table would break it into many lines.
    '<caption style="caption-side:top;text-align:left;color:inherit"><div style="width:max-content;max-width:min(40em,85vw)">',
    `${english}${escapeHtml(title.english)}<br>`,
    title.persian ? `<span dir="rtl" lang="fa">${persian}${escapeHtml(title.persian)}</span><br>` : "",
    `<small><b>${escapeHtml(source)}</b></small></div></caption>`,
  ].join("");
}

/** Marks Persian text, which else runs from the left if a Latin word is its first. */
const direction = (html: string) => (/^[^<]*[\u0621-\u06cc]/.test(html) ? ' dir="rtl" lang="fa"' : "");

function cell({ html, right, time }: HtmlCell): string {
  const align = right ? "right" : "start";
  return `<td${time ? ' class="time"' : ""}${direction(html)} style="text-align:${align}">${html}</td>`;
}

/** A table as HTML; headings are plain text. */
export function htmlTable(over: Heading, headings: string[], rows: HtmlCell[][]): string {
  const heads = headings.map((head) => `<th${direction(head)} style="text-align:start">${escapeHtml(head)}</th>`);
  return [
    "<table>",
    caption(over),
    `<thead><tr>${heads.join("")}</tr></thead>`,
    "<tbody>",
    ...rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`),
    "</tbody>",
    "</table>",
  ].join("\n");
}
