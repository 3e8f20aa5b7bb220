import assert from "node:assert/strict";
import { test } from "node:test";
import type { Claim } from "../../../lib/claims/claims";
import { overviewHtml } from "../../../lib/claims/overview";
import { report } from "../../../lib/claims/report";
import { type Verdict, verdicts } from "../../../lib/claims/verdicts";
import { claimOf } from "../../support/notebooks";

const { JSDOM } = require("jsdom");

interface Table {
  rows: string[][];
  groups: number[];
  caption: string;
  html: string;
}

/** The table in one language, isolate marks left out. */
function tableOf(claims: Claim[], lang: "en" | "fa"): Table {
  const page = new JSDOM(overviewHtml(claims, (id) => (id[0] === "2" ? { href: `#${id}`, cell: 14 } : undefined)));
  const table = page.window.document.querySelector(`table[lang=${lang}]`);
  const textOf = (element: { textContent: string }) => element.textContent.replace(/[\u2066-\u2069]/g, "");
  return {
    rows: [...table.querySelectorAll("tbody tr")].map(({ cells }) => [...cells].map(textOf)),
    groups: [...table.tBodies].map((group) => group.rows.length),
    caption: textOf(table.caption),
    html: table.outerHTML,
  };
}

const all = Object.keys(report.claims);
const kinds = Object.keys(verdicts) as Verdict[];
const mixed = all.map((id, i) => claimOf(id, kinds[i % kinds.length]));

test("every claim has one row in each language, grouped by verdict, and the groups are counted", () => {
  for (const lang of ["en", "fa"] as const) {
    const { rows, groups, caption } = tableOf(mixed, lang);
    assert.equal(rows.length, all.length);
    assert.equal(groups.length, kinds.length);
    const words = kinds.map((verdict) => (lang === "en" ? verdict : verdicts[verdict].persian));
    const expected = words.flatMap((word, i) => Array<string>(groups[i]).fill(`${verdicts[kinds[i]].sign} ${word}`));
    assert.deepEqual(
      rows.map((cells) => cells[3]),
      expected,
    );
    for (const word of words) assert.ok(caption.includes(word), `${caption} lacks ${word}`);
  }
  assert.match(tableOf(mixed, "en").caption, /^34 claims.* 7 reproduced/);
  assert.match(tableOf(mixed, "fa").caption, /^۳۴ .* ۷ بازتولید شد/);
});

test("in English a row says claim, report, this run, verdict and cell", () => {
  const { rows } = tableOf([claimOf("2.fc.k95", "differs", "58 (11.33 %)")], "en");
  assert.deepEqual(rows, [
    [report.claims["2.fc.k95"].english, "291 (56.84 %)", "58 (11.33 %)", "≠ differs", "chapter 2 [14]"],
  ]);
  assert.equal(tableOf([claimOf("3.acc.base", "differs")], "en").rows[0][4], "", "no cell, no link");
});

test("in Persian no text of the report is left in English, and no digit in Latin outside of names", () => {
  const { rows, html } = tableOf(mixed, "fa");
  assert.match(html, /^<table lang="fa" dir="rtl">/);
  for (const [claim, reported, , , cell] of rows) {
    assert.match(claim, /\p{Script=Arabic}/u);
    assert.doesNotMatch(reported, /[0-9]|[A-Za-z]{2}/, reported);
    assert.doesNotMatch(cell, /[0-9]/);
  }
});

test("computed values are Persian where their words are known, formulas from left to right", () => {
  const cellOf = (computed: string) => {
    const html = tableOf([claimOf("2.fc.k95", "differs", computed)], "fa").html;
    return html.match(/<\/td><td>(<bdi [^>]*>[^<]*<\/bdi>)<\/td><td><b /)![1];
  };
  assert.equal(cellOf("94 (73.44 %)"), '<bdi dir="ltr">۹۴ (۷۳٫۴۴٪)</bdi>');
  assert.equal(cellOf("51.56 % (48.02 to 54.90)"), '<bdi dir="rtl">۵۱٫۵۶٪ (۴۸٫۰۲ تا ۵۴٫۹۰)</bdi>');
  assert.equal(cellOf("41/512 = all of cat"), '<bdi lang="en" dir="ltr">41/512 = all of cat</bdi>');
});

test("what a claim says is text, not markup", () => {
  const claim = { ...claimOf("2.fc.k95", "differs", "<i>"), claim: "<b>", id: "2.<s>" };
  for (const lang of ["en", "fa"] as const) {
    const { rows } = tableOf([claim], lang);
    assert.deepEqual([rows[0][0], rows[0][2]], ["<b>", "<i>"]);
  }
});
