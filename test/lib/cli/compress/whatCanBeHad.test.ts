import assert from "node:assert/strict";
import { test } from "node:test";
import { type Unmet, whatCanBeHad } from "../../../../lib/cli/compress/whatCanBeHad";

const args = ["--weights", "own net.pth", "--speedup=2", "--max-drop", "1"];
const command = "npm run compress -- --weights 'own net.pth' --speedup";
const lineOf = (outcome: unknown) => whatCanBeHad(outcome as Unmet, { speedup: 2, maxDrop: 1 }, args);
const attempt = (difference: number, speedup: number) => ({ speedup, measured: { drop: { difference }, speedup } });

test("out of reach: the reason, and the command for what is in reach", () => {
  const reason = "2 × is out of reach";
  assert.equal(
    lineOf({ kind: "unreachable", reason, instead: { speedup: 1.4 } }),
    `${reason}; 1.4 × is in reach: ${command} 1.4`,
  );
  assert.equal(lineOf({ kind: "unreachable", reason }), reason);
});

test("missed: what was measured, and the command for it", () => {
  const missed = "2 × was missed, two timings gave 1.94 ×: try again when nothing else runs";
  const slow = { kind: "too slow", attempt: attempt(0, 1.9399) };
  assert.equal(lineOf({ ...slow, instead: { speedup: 1.93 } }), `${missed}, or ${command} 1.93`);
  assert.equal(lineOf(slow), missed);
});

test("too costly: both costs, and the command for the lesser", () => {
  const costly = { kind: "too costly", attempt: attempt(0.025, 2) };
  const instead = attempt(0.0075, 1.5);
  const cost = "2 × costs 2.50 points, more than 1";
  assert.equal(lineOf({ ...costly, instead }), `${cost}; 1.5 × costs 0.75 points: ${command} 1.5`);
  assert.match(lineOf(costly), /^2 × costs 2\.50 points, more than 1; no lesser .*: allow a larger --max-drop$/);
});

/** Without a speed-up. */
const within = (outcome: unknown) =>
  whatCanBeHad(outcome as Unmet, { speedup: undefined, maxDrop: 0.5 }, ["--max-drop=0.5", "--batch", "8"]);

test("refuted by the test images: what it costs there, and the command that takes it", () => {
  assert.match(
    within({ kind: "too costly", attempt: attempt(0.021, 3.4) }),
    /^3\.4 × was within 0\.5 .* costs 2\.10 points: npm run compress -- --batch 8 --speedup 3\.4 /,
  );
});

test("none within: the least of what was lost, and the command that allows it", () => {
  const tried = [0.02, 0.00601, 0.01].map((difference, i) => ({
    copy: { plan: { speedup: 3 - i, precision: i === 1 ? "int8" : "fp32" } },
    heldOut: { drop: { difference } },
  }));
  assert.match(
    within({ kind: "none within", tried }),
    /^none .* within 0\.5: 2\.00 × loses 0\.61 points .*: npm run compress -- --batch 8 --max-drop 0\.61, or .* fp32$/,
  );
  assert.match(within({ kind: "none within", tried: tried.slice(0, 1) }), /--max-drop 2$/);
});
