import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../lib/core/random";
import { mean } from "../../../lib/statistics/summary";
import { freshHead } from "../../../lib/training/head";

test("a fresh head is one layer whose weights and biases fill ±1/√inputs evenly", () => {
  const [{ weight, bias }, ...more] = freshHead(400, 10, new Random(2));
  assert.deepEqual([weight.shape, bias?.shape, more.length], [[10, 400], [10], 0]);
  const numbers = [...weight.data, ...(bias?.data ?? [])].map((value) => value * 20);
  assert.ok(numbers.every((value) => Math.abs(value) <= 1.000001));
  assert.ok(Math.abs(mean(numbers)) < 0.04);
  assert.ok(Math.abs(mean(numbers.map((value) => value * value)) - 1 / 3) < 0.02);
});

test("a seed gives its head again, another seed another", () => {
  const head = (seed: number) => freshHead(16, 3, new Random(seed));
  assert.deepEqual(head(1), head(1));
  assert.notDeepEqual(head(1), head(2));
});
