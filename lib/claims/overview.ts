import { escapeHtml } from "../display/notebook";
import { inPersian, persianDigits } from "../display/persian";
import type { Claim } from "./claims";
import { type ReportedClaim, report } from "./report";
import { type Verdict, verdicts } from "./verdicts";

/** Where a page shows how a claim was settled: the address of the cell, and its number as Jupyter shows it. */
export interface Place {
  href: string;
  cell: number | null;
}

/** How a table is set in one language. */
interface Language {
  attributes: string;
  headings: string[];
  title: string;
  chapter: string;
  comma: string;
  digits(text: string): string;
  verdict(verdict: Verdict): string;
  /** HTML of the claim, of what the report says and of what this run computed. */
  texts(claim: Claim): string[];
}

const english: Language = {
  attributes: 'lang="en"',
  headings: ["claim", "report", "this run", "verdict", "cell"],
  title: "claims of the report",
  chapter: "chapter",
  comma: ", ",
  digits: (text) => text,
  verdict: (verdict) => verdict,
  texts: ({ claim, reported, computed }) => [claim, reported, computed].map((text) => escapeHtml(String(text))),
};

const persian: Language = {
  attributes: 'lang="fa" dir="rtl"',
  headings: ["ادعا", "گزارش", "این اجرا", "حکم", "خانه"],
  title: "ادعای گزارش",
  chapter: "فصل",
  comma: "، ",
  digits: persianDigits,
  verdict: (verdict) => verdicts[verdict].persian,
  texts: ({ id, claim, reported, computed }) => {
    const { persian = claim, reportedPersian }: Partial<ReportedClaim> = report.claims[id] ?? {};
    return [escapeHtml(persian), persianHtml(reportedPersian ?? String(reported)), persianHtml(String(computed))];
  },
};

/** In Persian where all its words are known, else as it is; formulas run from left to right. */
function persianHtml(text: string): string {
  const translated = inPersian(text);
  if (translated === undefined) return `<bdi lang="en" dir="ltr">${escapeHtml(text)}</bdi>`;
  return `<bdi dir="${/\p{L}/u.test(translated.replace(/[a-zρ]/gi, "")) ? "rtl" : "ltr"}">${escapeHtml(translated)}</bdi>`;
}

function tableIn(language: Language, claims: readonly Claim[], placeOf: (id: string) => Place | undefined): string {
  const { attributes, headings, title, chapter, comma, digits, texts } = language;
  const counted = (count: number, what: string) => `${digits(String(count))} ${what}`;
  const linkOf = ({ id, chapter: number }: Claim) => {
    const place = placeOf(id);
    return place ? `<a href="${place.href}">${chapter} ${digits(`${number} [${place.cell ?? " "}]`)}</a>` : "";
  };
  const groups = Object.entries(verdicts).flatMap(([verdict, { sign, colour }]) => {
    const own = claims.filter((claim) => claim.verdict === verdict);
    const signed = (text: string) => `<b style="color:${colour}">${sign} ${text}</b>`;
    const word = language.verdict(verdict as Verdict);
    const rows = own.map((claim) => [...texts(claim), signed(word), linkOf(claim)].map((html) => `<td>${html}</td>`));
    return own.length > 0 ? [{ count: signed(counted(own.length, word)), rows }] : [];
  });
  return [
    `<table ${attributes}>`,
    `<caption>${counted(claims.length, title)}: ${groups.map(({ count }) => count).join(comma)}</caption>`,
    `<thead><tr>${headings.map((heading) => `<th scope="col">${heading}</th>`).join("")}</tr></thead>`,
    ...groups.map(({ rows }) => `<tbody>\n${rows.map((cells) => `<tr>${cells.join("")}</tr>`).join("\n")}\n</tbody>`),
    "</table>",
  ].join("\n");
}

/** All claims by verdict, a table in English and one in Persian. @param placeOf where the page shows how a claim was settled. */
export function overviewHtml(claims: readonly Claim[], placeOf: (id: string) => Place | undefined): string {
  return [english, persian].map((language) => tableIn(language, claims, placeOf)).join("\n");
}
