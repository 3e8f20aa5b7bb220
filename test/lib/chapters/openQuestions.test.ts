import assert from "node:assert/strict";
import { test } from "node:test";
import { openQuestions, timedOpenQuestions } from "../../../lib/chapters/openQuestions";
import { chapter2Claims } from "../../../lib/claims/chapter2";
import { chapter3Claims } from "../../../lib/claims/chapter3";
import { chapter4Claims } from "../../../lib/claims/chapter4";
import type { Claim } from "../../../lib/claims/claims";
import type { Verdict } from "../../../lib/claims/verdicts";

const claim = (id: string, verdict: Verdict, timed = false): Claim => ({
  id,
  chapter: Number(id[0]),
  claim: `claim of ${id}`,
  reported: 1,
  computed: 2,
  verdict,
  weights: "demo",
  images: "demo",
  note: "",
  assets: "",
  mustHold: false,
  holds: false,
  timed,
});

test("claims that are not comparable stand under what would settle them, others nowhere", () => {
  const text = openQuestions([
    claim("2.fc.k95", "not comparable"),
    claim("3.acc.base", "not comparable"),
    claim("3.acc-falls-with-rank", "refuted"),
    claim("4.acc.keep50", "not comparable"),
    claim("5.small-condition-number-compresses-well", "differs"),
  ]);
  assert.match(
    text,
    /settled by the official weights \(`npm run download`\)\*\* \(1 of 5\)\n\n- `2\.fc\.k95` claim of/,
  );
  const both = /official weights and images .*\(2 of 5\)\n\n- `3\.acc\.base`.*: here 2\n- `4\.acc\.keep50`/;
  assert.match(text, both);
  assert.doesNotMatch(text, /falls-with-rank|small-condition/);
});

test("where every claim is decided the text says so, and the standing questions stay, two at most", () => {
  const text = openQuestions([claim("2.fc.k95", "reproduced")]);
  assert.match(text, /^The assets in use leave no claim undecided\.\n\n\*\*Standing questions\*\*\n\n- /);
  assert.ok(text.match(/^- /gm)!.length <= 2);
});

test("what a clock left open stands apart, with what would settle it", () => {
  const claims = [
    claim("4.ms.base", "not comparable", true),
    claim("4.latency-unchanged", "not comparable", true),
    claim("5.latency-linear-in-depth", "reproduced", true),
    claim("6.single-layer-no-speedup", "not comparable", true),
    claim("3.acc.base", "not comparable"),
  ];
  assert.equal(
    timedOpenQuestions(claims),
    "Left open by the clock of this run: 4.ms.base (would be settled by the report's own CPU, which it does not name); 4.latency-unchanged, 6.single-layer-no-speedup (would be settled by a quieter machine).",
  );
  assert.doesNotMatch(openQuestions(claims), /4\.|6\./);
  assert.equal(timedOpenQuestions([claims[4]]), "Left open by the clock of this run: no claim.");
});

test("every claim whose rule knows a case that is not comparable has something that would settle it", () => {
  const rules = [...chapter2Claims, ...chapter3Claims, ...chapter4Claims];
  const undecidable = rules.filter(({ rule }) => /comparable/.test(rule)).map(({ id }) => claim(id, "not comparable"));
  assert.ok(undecidable.length >= 10);
  assert.doesNotMatch(openQuestions(undecidable), /other assets/);
});
