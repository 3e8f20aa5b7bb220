import assert from "node:assert/strict";
import { test } from "node:test";
import { wilsonInterval } from "../../../lib/statistics/proportion";
import { tensor } from "../../../lib/core/tensor";
import { accuracyOf, logitsOf, predictionCounts, predictions } from "../../../lib/training/evaluate";

const numbers = (shape: number[], ...values: number[]) => tensor(shape, Float32Array.from(values));

test("logits of one layer and of two", () => {
  const features = numbers([3, 2], 1, 2, 3, 4, -1, 0.5);
  const bias = numbers([3], 0.5, 0, -1);
  const plain = logitsOf([{ weight: numbers([3, 2], 1, 0, 0, 1, 2, -1), bias }], features);
  assert.deepEqual(plain, numbers([3, 3], 1.5, 2, -1, 3.5, 4, 1, -0.5, 0.5, -3.5));
  const factorized = [{ weight: numbers([1, 2], 1, -1) }, { weight: numbers([3, 1], 1, 2, 3), bias }];
  assert.deepEqual(logitsOf(factorized, features), numbers([3, 3], -0.5, -2, -4, -0.5, -2, -4, -1, -3, -5.5));
  assert.throws(() => logitsOf(factorized, numbers([1, 3], 1, 2, 3)), /2 inputs cannot take 3 features/);
  assert.deepEqual(logitsOf(factorized, tensor([0, 2])).shape, [0, 3]);
});

test("the largest logit decides; the first of equal ones; a NaN as in PyTorch", () => {
  // torch.tensor([[1, 3, 2], [2, 2, 0], [-inf, -inf, -inf], [1, nan, 5], [nan, nan, 1], [1, inf, nan]]).argmax(1)
  const logits = [1, 3, 2, 2, 2, 0, -Infinity, -Infinity, -Infinity, 1, NaN, 5, NaN, NaN, 1, 1, Infinity, NaN];
  assert.deepEqual([...predictions(numbers([6, 3], ...logits))], [1, 0, 0, 1, 0, 2]);
});

test("accuracy counts what is classified correctly and comes with Wilson's interval", () => {
  const accuracy = accuracyOf(Int32Array.of(1, 2, 3, 3), Int32Array.of(1, 2, 0, 3));
  assert.deepEqual(accuracy, { correct: 3, total: 4, share: 0.75, ...wilsonInterval(3, 4) });
  assert.ok(accuracy.low < 0.75 && accuracy.high > 0.75);
  assert.throws(() => accuracyOf(Int32Array.of(1), Int32Array.of(1, 2)), /1 predictions for 2 images/);
});

test("how often each class was predicted", () => {
  assert.deepEqual(predictionCounts(Int32Array.of(3, 1, 3, 3), 5), [0, 1, 0, 3, 0]);
});
