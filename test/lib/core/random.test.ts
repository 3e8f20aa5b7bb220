import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../lib/core/random";
import { mean, standardDeviation } from "../../../lib/statistics/summary";

const draw = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

/** χ² of counts against equal expectations. */
function chiSquare(counts: number[]): number {
  const expected = counts.reduce((sum, count) => sum + count) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

test("the first numbers are pinned: others would change the demo images and every head without notice", () => {
  const random = new Random(1);
  assert.deepEqual(
    draw(3, () => random.uniform()),
    [0.12036987370811403, 0.49538164609111845, 0.613661892246455],
  );
  assert.deepEqual(
    draw(2, () => random.normal()),
    [1.0423493898498295, 0.051530828150930325],
  );
  assert.deepEqual([random.integer(10), ...random.permutation(8)], [0, 4, 3, 5, 1, 2, 6, 0, 7]);
});

test("a seed gives its numbers again, another seed others; 32 bits of it count", () => {
  const numbers = (seed: number) =>
    draw(20, () => new Random(seed)).map((random) => [random.uniform(), random.normal()]);
  assert.deepEqual(numbers(7), numbers(7));
  assert.notDeepEqual(numbers(7), numbers(8));
  assert.deepEqual(numbers(7), numbers(7 + 2 ** 32));
});

test("uniform numbers fill their range evenly, the upper end excluded", () => {
  const random = new Random(3);
  const sample = draw(20000, () => random.uniform(-2, 6));
  assert.ok(sample.every((value) => value >= -2 && value < 6));
  assert.ok(Math.abs(mean(sample) - 2) < 0.06, "four standard errors of the mean");
  const counts = new Array(32).fill(0);
  for (const value of sample) counts[Math.floor((value + 2) * 4)]++;
  assert.ok(chiSquare(counts) < 61.1, `χ² of 31 degrees exceeds its 0.999 quantile: ${chiSquare(counts)}`);
});

test("numbers that follow each other are uncorrelated", () => {
  const random = new Random(4);
  const sample = draw(20001, () => random.uniform(-1, 1));
  const products = sample.slice(1).map((value, i) => 3 * value * sample[i]);
  assert.ok(Math.abs(mean(products)) < 4 / Math.sqrt(20000));
});

test("equal places of neighbouring seeds are unrelated", () => {
  const bySeed = Array.from({ length: 400 }, (_, seed) => {
    const random = new Random(seed);
    return draw(40, () => random.uniform());
  });
  for (let place = 0; place < 40; place++) {
    const column = bySeed.map((numbers) => numbers[place]);
    assert.ok(Math.abs(mean(column) - 0.5) < 4.5 * Math.sqrt(1 / 12 / 400), `mean ${mean(column)} at place ${place}`);
    assert.ok(standardDeviation(column) > 0.2, `spread ${standardDeviation(column)} at place ${place}`);
  }
});

test("integers reach every value below the bound and no other, equally often", () => {
  const random = new Random(5);
  const counts = new Array(7).fill(0);
  for (const value of draw(14000, () => random.integer(7))) counts[value]++;
  assert.equal(counts.length, 7);
  assert.ok(chiSquare(counts) < 22.5, `χ² of 6 degrees: ${chiSquare(counts)}`);
  assert.equal(random.integer(1), 0);
});

test("normal numbers have the normal distribution's moments and tails", () => {
  const random = new Random(6);
  const sample = draw(40000, () => random.normal());
  const moment = (power: number) => mean(sample.map((value) => value ** power));
  for (const [power, expected, spread] of [
    [1, 0, 1],
    [2, 1, Math.sqrt(2)],
    [3, 0, Math.sqrt(15)],
    [4, 3, Math.sqrt(96)],
  ]) {
    const gap = Math.abs(moment(power) - expected);
    assert.ok(gap < (4 * spread) / Math.sqrt(sample.length), `moment ${power}: ${moment(power)}`);
  }
  const beyond = sample.filter((value) => Math.abs(value) > 1.959964).length / sample.length;
  assert.ok(Math.abs(beyond - 0.05) < 0.0044, `${beyond} beyond ±1.96`);
});

test("a permutation holds every number once, and all orders are equally likely", () => {
  const random = new Random(9);
  for (const count of [0, 1, 2, 100]) {
    const sorted = [...random.permutation(count)].sort((a, b) => a - b);
    assert.deepEqual(sorted, [...Array(count).keys()]);
  }
  const counts = new Map<string, number>();
  for (const order of draw(24000, () => random.permutation(4).join())) counts.set(order, (counts.get(order) ?? 0) + 1);
  assert.equal(counts.size, 24);
  const statistic = chiSquare([...counts.values()]);
  assert.ok(statistic < 49.7, `χ² of 23 degrees exceeds its 0.999 quantile: ${statistic}`);
});
