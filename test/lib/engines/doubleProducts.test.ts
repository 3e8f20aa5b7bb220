import assert from "node:assert/strict";
import { test } from "node:test";
import { doubleProducts } from "../../../lib/engines/doubleProducts";
import { Matrix } from "ml-matrix";
import { timesTransposed } from "../../../lib/linalg/matrix";
import { Random } from "../../../lib/core/random";
import { tensor } from "../../../lib/core/tensor";
import { assertNear } from "../../support/close";
import { normalMatrix } from "../../support/matrices";
import { normalTensor } from "../../support/smallResnet";

const random = new Random(1);

test("sums over all positions, number by number, of one tensor and of two", async () => {
  const products = await doubleProducts(1);
  for (const shape of [
    [3, 4, 2, 5],
    [7, 4, 1, 1],
    [1, 1, 1, 1],
  ]) {
    const [count, p, high, wide] = shape;
    const q = p + 2;
    const [x, y] = [normalTensor(random, shape), normalTensor(random, [count, q, high, wide])];
    const at = ({ data }: { data: Float32Array }, channels: number, n: number, c: number, position: number) =>
      data[(n * channels + c) * high * wide + position];
    const sumOf = (value: (n: number, position: number) => number) => {
      let sum = 0;
      for (let n = 0; n < count; n++) for (let k = 0; k < high * wide; k++) sum += value(n, k);
      return sum;
    };
    const two = await products.ofChannels(x, y);
    const one = await products.ofChannels(x, x);
    for (let i = 0; i < p; i++) {
      const sum = sumOf((n, k) => at(x, p, n, i, k));
      for (const found of [two.x, one.x, one.y]) assertNear(found[i], sum);
      for (let j = 0; j < p; j++) {
        const xx = sumOf((n, k) => at(x, p, n, i, k) * at(x, p, n, j, k));
        for (const found of [two.xx, one.xx, one.yx]) assertNear(found[i * p + j], xx);
        if (i === j) assertNear(one.yy[i], xx);
      }
    }
    for (let j = 0; j < q; j++) {
      assertNear(
        two.y[j],
        sumOf((n, k) => at(y, q, n, j, k)),
      );
      assertNear(
        two.yy[j],
        sumOf((n, k) => at(y, q, n, j, k) ** 2),
      );
      for (let i = 0; i < p; i++)
        assertNear(
          two.yx[j * p + i],
          sumOf((n, k) => at(y, q, n, j, k) * at(x, p, n, i, k)),
        );
    }
  }
});

test("digits of float64: a small variance around a large mean", async () => {
  const products = await doubleProducts(1);
  const x = tensor([1000, 1, 1, 1]);
  for (let i = 0; i < 1000; i++) x.data[i] = 4096 + (i % 2) / 1024;
  const { xx, x: sum } = await products.ofChannels(x, x);
  assertNear((xx[0] / 1000 - (sum[0] / 1000) ** 2) * 4 * 1024 ** 2, 1, 1e-2);
});

test("products of rows, of any shape", async () => {
  const products = await doubleProducts(1);
  for (const [p, q, length] of [
    [1, 1, 1],
    [3, 5, 2],
    [40, 30, 50],
  ]) {
    const [a, b] = [normalMatrix(random, p, length), normalMatrix(random, q, length)];
    const found = await products.ofRows(a, b);
    assert.deepEqual([found.rows, found.columns], [p, q]);
    assert.ok(Matrix.sub(found, timesTransposed(a, b)).abs().max() < 1e-12);
  }
});

test("opened once for all who ask for as many threads", async () => {
  assert.equal(await doubleProducts(1), await doubleProducts(1));
});
