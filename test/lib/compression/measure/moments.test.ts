import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Moments, MomentStream } from "../../../../lib/compression/measure/moments";
import { rowsOf } from "../../../../lib/linalg/matrix";
import { doubleProducts } from "../../../../lib/engines/doubleProducts";
import { Random } from "../../../../lib/core/random";
import { sizeOf, type Tensor, tensor } from "../../../../lib/core/tensor";
import recorded from "../../../fixtures/moments.json";
import { assertNear } from "../../../support/close";
import { normalTensor } from "../../../support/smallResnet";
import { uniform } from "../../../support/matrices";

const products = once(() => doubleProducts(1));

/** A promise made when it is first asked for: nothing may be awaited at a CommonJS module's top. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Images from … to−1. */
function part({ shape: [, ...sides], data }: Tensor, from: number, to: number): Tensor {
  const size = sizeOf(sides);
  return { shape: [to - from, ...sides], data: data.subarray(from * size, to * size) };
}

/** The moments of x and y, added in batches of so many images, the last of those sizes for all that follow. */
async function momentsOf(x: Tensor, y: Tensor, sizes: readonly number[] = [x.shape[0]]): Promise<Moments> {
  const stream = new MomentStream(await products(), x.shape[1], y.shape[1]);
  for (let from = 0, batch = 0; from < x.shape[0]; batch++) {
    const to = Math.min(x.shape[0], from + sizes[Math.min(batch, sizes.length - 1)]);
    const own = part(x, from, to);
    await stream.add(own, y === x ? own : part(y, from, to));
    from = to;
  }
  return stream.moments();
}

/** As test/fixtures/record_moments.py makes them. */
function formulaPair(seed: number, { shape, q, mean, deviation }: (typeof recorded)["tall images"]): [Tensor, Tensor] {
  const [images, p, high, wide] = shape;
  const positions = high * wide;
  const noise = uniform(seed, sizeOf(shape));
  const other = uniform(seed + 100, images * q * positions);
  const y = other.map((value, i) => {
    const [image, channel] = [Math.floor(i / q / positions), Math.floor(i / positions) % q];
    return mean + deviation * (value + 0.5 * noise[(image * p + (channel % p)) * positions + (i % positions)]);
  });
  return [
    tensor([...shape], new Float32Array(noise.map((value) => mean + deviation * value))),
    tensor([images, q, high, wide], new Float32Array(y)),
  ];
}

/** Fails unless the moments agree, each number to a share of the largest variance. */
function assertMoments(actual: Omit<Moments, "count">, expected: { [key: string]: unknown }, tolerance: number): void {
  const { meanX, meanY, xx, yx, energy } = expected as { [key: string]: number[] } & { xx: number[][]; yx: number[][] };
  const scale = Math.max(...xx.map((row, i) => row[i]));
  [...actual.meanX, ...actual.meanY].forEach((value, i) => {
    assertNear(value, [...meanX, ...meanY][i], 1e-13);
  });
  [...rowsOf(actual.xx), ...rowsOf(actual.yx)].forEach((row, i) => {
    assert.equal(row.length, xx.length);
    row.forEach((value, j) => {
      assertNear(value / scale, [...xx, ...yx][i][j] / scale, tolerance);
    });
  });
  assert.equal(actual.xx.rows + actual.yx.rows, xx.length + yx.length);
  assertNear(actual.energy / scale, Number(energy) / scale, tolerance);
}

describe("means, covariances and energy are NumPy's", () => {
  Object.entries(recorded).forEach(([name, expected], seed) => {
    // Sums of squares lose the digits that the squared mean is above the variance.
    const tolerance = 1e-14 * (10 + (expected.mean / expected.deviation) ** 2);
    for (const sizes of [[100], [1], [2, 3, 1], [5]])
      test(`${name}, in batches of ${sizes}`, async () => {
        const [x, y] = formulaPair(seed, expected as (typeof recorded)["tall images"]);
        const moments = await momentsOf(x, y, sizes);
        assertMoments(moments, expected as never, tolerance);
        assert.equal(moments.count, sizeOf(expected.shape) / expected.shape[1]);
      });
  });
});

test("x for y: the covariance twice, and its trace for the energy", async () => {
  const x = normalTensor(new Random(1), [6, 5, 3, 4]);
  const [same, copied] = [await momentsOf(x, x, [4]), await momentsOf(x, structuredClone(x), [4])];
  assert.deepEqual(same, copied);
  assert.deepEqual(same.yx, same.xx);
  assert.deepEqual(same.meanY, same.meanX);
  assertNear(same.energy, same.xx.trace());
});

test("a channel that never varies has neither variance nor covariance, whatever its value", async () => {
  for (const value of [0, 0.1, -3.3, 1e4 / 3, 1e-12, 1e12 / 7]) {
    const x = normalTensor(new Random(2), [40, 4, 5, 5]);
    for (let i = 0; i < x.data.length; i++) if (Math.floor(i / 25) % 4 === 1) x.data[i] = value;
    const { meanX, xx } = await momentsOf(x, x, [7]);
    assert.deepEqual(xx.getRow(1), [0, 0, 0, 0], `${value}`);
    assert.deepEqual(xx.getColumn(1), [0, 0, 0, 0]);
    assertNear(meanX[1] / (value || 1), value ? Math.fround(value) / value : 0, 1e-12);
    assert.ok(xx.get(0, 0) > 0.8);
  }
});

test("nothing varies: no energy at all", async () => {
  const x = tensor([30, 3, 7, 7], new Float32Array(30 * 3 * 49).fill(0.7));
  const { energy, xx } = await momentsOf(x, x, [11]);
  assert.equal(energy, 0);
  assert.ok(xx.abs().max() === 0);
});

test("one position, and none", async () => {
  const x = normalTensor(new Random(3), [1, 3, 1, 1]);
  const { count, energy, meanX } = await momentsOf(x, x);
  assert.deepEqual([count, energy, ...meanX], [1, 0, ...x.data]);
  const stream = new MomentStream(await products(), 2, 2);
  assert.throws(() => stream.moments(), /no moments of no positions/);
});
