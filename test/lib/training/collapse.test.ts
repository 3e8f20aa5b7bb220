import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../lib/core/random";
import { outcomeOf } from "../../../lib/training/collapse";

/** 200 answers, `most` of them class 3, the rest spread over the other classes, in random order. */
function answers(most: number): Int32Array {
  const sorted = Int32Array.from({ length: 200 }, (_, i) => (i < most ? 3 : [0, 1, 2, 4, 5, 6, 7, 8, 9][i % 9]));
  return Int32Array.from(new Random(most).permutation(200), (i) => sorted[i]);
}

test("one answer for every image is constant, whichever it is", () => {
  for (let label = 0; label < 10; label++)
    assert.equal(outcomeOf(new Int32Array(200).fill(label), 10, true), "constant");
});

test("near-constant from 95 % of one answer on, up to all but one", () => {
  assert.equal(outcomeOf(answers(199), 10, true), "near-constant");
  assert.equal(outcomeOf(answers(190), 10, true), "near-constant");
  assert.equal(outcomeOf(answers(189), 10, true), "healthy");
});

test("working, guessing and two-answer classifiers are healthy: they give real answers", () => {
  const random = new Random(1);
  assert.equal(
    outcomeOf(
      Int32Array.from({ length: 200 }, () => random.integer(10)),
      10,
      true,
    ),
    "healthy",
  );
  assert.equal(outcomeOf(answers(100), 10, true), "healthy");
  assert.equal(
    outcomeOf(
      Int32Array.from({ length: 200 }, (_, i) => i % 2),
      10,
      true,
    ),
    "healthy",
  );
});

test("weights that are no finite numbers count before the answers", () => {
  assert.equal(outcomeOf(new Int32Array(200), 10, false), "non-finite");
  assert.equal(outcomeOf(answers(60), 10, false), "non-finite");
});
