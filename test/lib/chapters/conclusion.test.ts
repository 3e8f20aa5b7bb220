import assert from "node:assert/strict";
import { test } from "node:test";
import { conclusionText, timedConclusion } from "../../../lib/chapters/conclusion";
import type { Claim } from "../../../lib/claims/claims";
import type { Verdict } from "../../../lib/claims/verdicts";

function claim(id: string, verdict: Verdict): Claim {
  const common = {
    claim: `claim of ${id}`,
    reported: 1,
    computed: 2,
    note: "",
    mustHold: false,
    holds: false,
    timed: false,
  } as const;
  return { id, chapter: Number(id[0]), verdict, weights: "demo", images: "demo", assets: "", ...common };
}

test("the text puts every claim that was decided under its verdict, and only verdicts that occur", () => {
  const decided = [claim("2.a", "reproduced"), claim("4.b", "refuted"), claim("4.c", "refuted")];
  const text = conclusionText([...decided, claim("4.d", "not comparable")]);
  assert.match(text, /What holds\*\* \(1 of 4\)\n\n- `2\.a`/);
  assert.match(text, /What was refuted\*\* \(2 of 4\)\n\n- `4\.b`.*\n- `4\.c`/);
  assert.doesNotMatch(text, /differently|4\.d/);
});

test("what a clock decides stands apart", () => {
  const claims = [claim("2.a", "reproduced"), { ...claim("4.ms.b", "refuted"), timed: true }];
  assert.match(conclusionText(claims), /\(1 of 1\)\n\n- `2\.a`/);
  assert.doesNotMatch(conclusionText(claims), /4\.ms/);
  assert.equal(timedConclusion(claims), "Decided by the clock, in this run: 4.ms.b (claim of 4.ms.b): 2, refuted.");
});
