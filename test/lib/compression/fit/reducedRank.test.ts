import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Moments, MomentStream } from "../../../../lib/compression/measure/moments";
import {
  inverseOf,
  type LowRankMap,
  projection,
  reducedRankRegression,
  relativeResidual,
} from "../../../../lib/compression/fit/reducedRank";
import { doubleProducts } from "../../../../lib/engines/doubleProducts";
import { UserError } from "../../../../lib/core/errors";
import { Matrix } from "ml-matrix";
import { matrixOf, matrixOfRows, rowsOf, timesTransposed } from "../../../../lib/linalg/matrix";
import { dot } from "../../../../lib/linalg/rows";
import { leadingEigenvectors } from "../../../../lib/linalg/subspace";
import { Random } from "../../../../lib/core/random";
import { type Tensor, tensor } from "../../../../lib/core/tensor";
import { assertNear } from "../../../support/close";
import { normalTensor } from "../../../support/smallResnet";

const regression = async (moments: Moments, rank: number, inverse?: Matrix, start?: LowRankMap) =>
  reducedRankRegression(moments, rank, await doubleProducts(1), inverse, start);

async function momentsOf(x: Tensor, y: Tensor) {
  const products = await doubleProducts(1);
  const asImages = ({ shape, data }: Tensor): Tensor => ({ shape: [...shape, 1, 1], data });
  const stream = new MomentStream(products, x.shape[1], y.shape[1]);
  const images = asImages(x);
  await stream.add(images, y === x ? images : asImages(y));
  return stream.moments();
}

function mapped({ project, expand, shift }: LowRankMap, x: Float64Array): number[] {
  const inner = rowsOf(project).map((row) => dot(row, x));
  return Array.from(shift, (own, i) => inner.reduce((sum, value, k) => sum + value * expand.get(k, i), own));
}

/** Mean over the rows of ‖y − map(x)‖², summed number by number. */
function meanSquare(map: LowRankMap, x: Tensor, y: Tensor): number {
  const [xs, ys] = [x, y].map((tensor) => rowsOf(matrixOf(tensor)));
  const squares = xs.map((row, n) => mapped(map, row).reduce((sum, value, i) => sum + (ys[n][i] - value) ** 2, 0));
  return squares.reduce((sum, value) => sum + value, 0) / xs.length;
}

/** (n, p) correlated numbers with means, and (n, q) that depend on them under noise. */
function drawn(random: Random, n: number, p: number, q: number, noise = 0.3): [Tensor, Tensor] {
  const times = (rows: Tensor, matrix: Tensor, deviation: number, mean: number) => {
    const result = tensor([n, matrix.shape[0]]);
    const [left, right] = [rows, matrix].map((tensor) => rowsOf(matrixOf(tensor)));
    left.forEach((row, i) => {
      result.data.set(
        right.map((column) => mean + dot(row, column) + deviation * random.normal()),
        i * right.length,
      );
    });
    return result;
  };
  const x = times(normalTensor(random, [n, p]), normalTensor(random, [p, p]), 0.1, 2);
  return [x, times(x, normalTensor(random, [q, p]), noise, -1)];
}

test("of all affine maps of rank 1 from two channels to two none comes nearer: a search over both directions", async () => {
  for (const seed of [1, 2, 3]) {
    const [x, y] = drawn(new Random(seed), 30, 2, 2, 1);
    const moments = await momentsOf(x, y);
    const found = meanSquare(await regression(moments, 1), x, y);
    let best = Number.POSITIVE_INFINITY;
    const steps = 720;
    for (let i = 0; i < steps; i++)
      for (let j = 0; j < steps; j++) {
        const [u, v] = [i, j].map((step) => [Math.cos((Math.PI * step) / steps), Math.sin((Math.PI * step) / steps)]);
        // y − ȳ ≈ t u vᵀ (x − x̄) with the best t.
        let [cross, own] = [0, 0];
        for (const a of [0, 1])
          for (const b of [0, 1]) {
            cross += u[a] * v[b] * moments.yx.get(a, b);
            own += v[a] * v[b] * moments.xx.get(a, b);
          }
        best = Math.min(best, moments.energy - (cross * cross) / own);
      }
    assert.ok(found <= best * (1 + 1e-4), `${found}, by search ${best}`);
    assert.ok(found >= best * (1 - 2e-3), `${found}, by search ${best}`);
  }
});

test("no small change of the found map makes it better", async () => {
  const random = new Random(4);
  const [x, y] = drawn(random, 60, 5, 4, 1);
  const map = await regression(await momentsOf(x, y), 2);
  const found = meanSquare(map, x, y);
  for (let trial = 0; trial < 300; trial++) {
    const step = 10 ** -(trial % 4);
    const changed = (row: Float64Array) => row.map((value) => value + step * random.normal());
    const [project, expand] = [map.project, map.expand].map((matrix) => matrixOfRows(rowsOf(matrix).map(changed)));
    const other = { project, expand, shift: changed(map.shift) };
    assert.ok(meanSquare(other, x, y) >= found * (1 - 1e-6));
  }
});

describe("from p to q channels", () => {
  for (const [n, p, q] of [
    [100, 6, 6],
    [100, 7, 4],
    [100, 3, 8],
    [5, 6, 6],
    [2, 8, 5],
  ])
    test(`${p} to ${q}, ${n} positions: never worse at a larger rank, and the residual is that of the rows`, async () => {
      const [x, y] = drawn(new Random(n + p), n, p, q);
      const moments = await momentsOf(x, y);
      let before = Number.POSITIVE_INFINITY;
      for (let rank = 1; rank <= Math.min(p, q); rank++) {
        const map = await regression(moments, rank);
        assert.deepEqual([map.project.rows, map.expand.rows, map.shift.length], [rank, rank, q]);
        assert.ok(Matrix.sub(timesTransposed(map.expand, map.expand), Matrix.eye(rank)).abs().max() < 1e-10);
        const residual = relativeResidual(map, moments);
        assertNear(residual, meanSquare(map, x, y) / moments.energy, 1e-9);
        assert.ok(residual <= before + 1e-9, `rank ${rank}: ${residual} after ${before}`);
        before = residual;
      }
    });
});

test("the residual of any map that keeps the mean, not only of the best", async () => {
  const random = new Random(5);
  const [x, y] = drawn(random, 40, 4, 3);
  const moments = await momentsOf(x, y);
  const { expand } = await regression(moments, 2);
  const project = matrixOf(normalTensor(random, [2, 4]));
  const ofMean = mapped({ project, expand, shift: new Float64Array(3) }, moments.meanX);
  const map = { project, expand, shift: moments.meanY.map((mean, i) => mean - ofMean[i]) };
  const expected = meanSquare(map, x, y) / moments.energy;
  assertNear(relativeResidual(map, moments), expected, 1e-9);
});

test("at the smaller side's rank it is least squares: nothing is left of targets without noise", async () => {
  const [x, y] = drawn(new Random(6), 80, 4, 7, 0);
  const moments = await momentsOf(x, y);
  assert.ok(relativeResidual(await regression(moments, 4), moments) < 1e-5);
  assert.ok(relativeResidual(await regression(moments, 3), moments) > 1e-4);
});

test("fitted to itself it is the projection on the principal components", async () => {
  const [x] = drawn(new Random(7), 80, 6, 1);
  const moments = await momentsOf(x, x);
  const { vectors, values } = leadingEigenvectors(moments.xx, 6);
  for (let rank = 1; rank <= 6; rank++) {
    const [own, regressed] = [projection(moments, vectors, rank), await regression(moments, rank)];
    const lost = values.slice(rank).reduce((sum, value) => sum + value, 0) / moments.energy;
    assertNear(relativeResidual(own, moments), lost, 1e-10);
    assertNear(relativeResidual(regressed, moments), lost, 1e-5);
    assertNear(meanSquare(own, x, x) / moments.energy, lost, 1e-10);
  }
});

test("an inverse known already, or a start, changes nothing", async () => {
  const [x, y] = drawn(new Random(8), 80, 6, 8);
  const moments = await momentsOf(x, y);
  const expected = await regression(moments, 2);
  assert.deepEqual(await regression(moments, 2, await inverseOf(moments, await doubleProducts(1))), expected);
  const started = await regression(moments, 2, undefined, await regression(await momentsOf(y, y), 2));
  assertNear(relativeResidual(started, moments), relativeResidual(expected, moments), 1e-6);
});

const constant = (rows: Tensor, columns: readonly number[], value: number): Tensor =>
  tensor(
    rows.shape,
    rows.data.map((own, i) => (columns.includes(i % rows.shape[1]) ? value : own)),
  );

describe("what never varies", () => {
  for (const value of [0, 0.3, 1e3 / 7])
    test(`channels at ${value}: on either side, or all`, async () => {
      const [x, y] = drawn(new Random(9), 50, 4, 4, 0);
      const all = [0, 1, 2, 3];
      for (const [from, to] of [
        [[1], []],
        [[], [2]],
        [
          [0, 3],
          [0, 3],
        ],
        [all, []],
        [[], all],
        [all, all],
      ]) {
        const [some, others] = [constant(x, from, value), constant(y, to, value)];
        const moments = await momentsOf(some, others);
        for (const rank of [1, 2, 4]) {
          const map = await regression(moments, rank);
          const numbers = [map.project.to1DArray(), map.expand.to1DArray(), [...map.shift]].flat();
          assert.ok(numbers.every(Number.isFinite));
          const residual = relativeResidual(map, moments);
          assert.ok(residual >= 0 && residual <= 1 + 1e-9, `${residual}`);
          // Never worse than the mean alone, and constants met.
          assert.ok(meanSquare(map, some, others) <= moments.energy * (1 + 1e-9) + 1e-12 * value * value);
          if (to.length === 4) assert.equal(residual, 0);
        }
      }
    });
});

test("ranks out of range are refused", async () => {
  const [x, y] = drawn(new Random(10), 20, 3, 4);
  const moments = await momentsOf(x, y);
  for (const rank of [0, 5, 1.5]) await assert.rejects(() => regression(moments, rank), UserError);
});
