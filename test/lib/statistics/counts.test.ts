import assert from "node:assert/strict";
import { test } from "node:test";
import { binomialProbability, countBehind } from "../../../lib/statistics/counts";
import { assertNear } from "../../support/close";

/** Probability of `count` successes of `total` at one in ten, by exact integers. */
function exactly(count: number, total: number): number {
  let ways = 1n;
  for (let i = 1n; i <= BigInt(count); i++) ways = (ways * (BigInt(total) - i + 1n)) / i;
  const scale = 10n ** 290n;
  return Number((ways * 9n ** BigInt(total - count) * scale) / 10n ** BigInt(total)) / 1e290;
}

test("as by exact integers, and as SciPy's", () => {
  for (const count of [0, 41, 49, 260]) assertNear(binomialProbability(count, 512, 0.1) / exactly(count, 512), 1, 1e-9);
  // scipy.stats.binom.pmf(41, 512, 0.1)
  assertNear(binomialProbability(41, 512, 0.1), 0.01946302760977178, 1e-12);
});

test("all counts together have probability 1, where single powers vanish too", () => {
  for (const total of [1, 7, 5000]) {
    let sum = 0;
    for (let count = 0; count <= total; count++) sum += binomialProbability(count, total, 0.3);
    assertNear(sum, 1, 1e-9);
  }
  assert.ok(0.5 ** 5000 === 0 && binomialProbability(2500, 5000, 0.5) > 0.01);
});

test("every count of 512 is found again from its two decimals", () => {
  for (let count = 0; count <= 512; count++)
    assert.equal(countBehind(Number(((100 * count) / 512).toFixed(2)), 512), count);
});

test("none where no count rounds to the percentage, or several do", () => {
  assert.equal(countBehind(8.05, 512), undefined);
  assert.equal(countBehind(8.01, 100000), undefined);
  assert.equal(countBehind(101, 512), undefined);
});
