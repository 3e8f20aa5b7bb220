import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import type { SettledClaim } from "../../../lib/claims/claims";
import { claimsHtml, showClaims } from "../../../lib/claims/showClaims";
import { shownInKernel } from "../display/fakeKernel";

const settled: SettledClaim = {
  ...{ id: "9.a", chapter: 9, claim: "it falls & stays", persian: "می‌افتد", rule: "refuted if it rises" },
  ...{ reported: 10, computed: 11, verdict: "differs", weights: "official", images: "demo", note: "a note" },
  ...{ assets: "", mustHold: false, holds: false, timed: false },
};

test("the table shows rule, verdict in words of both languages and source, and marks what comes from a clock", async () => {
  const claims = [settled, { ...settled, timed: true }, { ...settled, verdict: "varied" as const }];
  const { document } = new JSDOM(claimsHtml(claims)).window;
  const rows = [...document.querySelectorAll("tbody tr")].map((row) => [...row.children]);
  assert.deepEqual(
    rows[0].map(({ textContent }) => textContent),
    ["9.a", "it falls & staysمی‌افتدrefuted if it rises", "10", "11", "≠ differsمتفاوت است", "a note"],
  );
  assert.match(rows[2][4].textContent ?? "", /^~ varied/);
  assert.deepEqual(
    rows.slice(0, 2).map((row) => row.map(({ className }) => className)),
    [
      ["", "", "", "", "", ""],
      ["", "", "", "time", "time", "time"],
    ],
  );
  assert.match(document.querySelector("caption")?.textContent ?? "", /chapter 9.*weights: official · images: demo/);
  const shown = await shownInKernel(() => showClaims(claims));
  assert.deepEqual(shown, [{ type: "text/html", content: claimsHtml(claims), update: false }]);
});
