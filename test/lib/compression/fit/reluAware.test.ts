import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MomentStream } from "../../../../lib/compression/measure/moments";
import { type LowRankMap, reducedRankRegression } from "../../../../lib/compression/fit/reducedRank";
import { errorAfterRelu, reluAware } from "../../../../lib/compression/fit/reluAware";
import type { Samples } from "../../../../lib/compression/measure/samples";
import { doubleProducts } from "../../../../lib/engines/doubleProducts";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { rowsOf } from "../../../../lib/linalg/matrix";
import { dot } from "../../../../lib/linalg/rows";
import { Random } from "../../../../lib/core/random";
import { type Tensor, tensor } from "../../../../lib/core/tensor";
import { assertNear } from "../../../support/close";
import { matrix } from "../../../support/madeUp";
import { normalTensor } from "../../../support/smallResnet";

const engine = onnxRuntime(1);

async function refined(samples: Samples, rank: number): Promise<{ start: LowRankMap; found: LowRankMap }> {
  const products = await doubleProducts(1);
  const asImages = ({ shape, data }: Tensor): Tensor => ({ shape: [...shape, 1, 1], data });
  const stream = new MomentStream(products, samples.x.shape[1], samples.y.shape[1]);
  await stream.add(asImages(samples.x), asImages(samples.y));
  const start = await reducedRankRegression(stream.moments(), rank, products);
  const found = await reluAware(start, samples, engine, products);
  return { start, found };
}

/** Σ (relu(y + added) − relu(map(x) + added))², number by number in float64. */
function error({ project, expand, shift }: LowRankMap, { x, y, added }: Samples): number {
  const [, p] = x.shape;
  const q = shift.length;
  let sum = 0;
  for (let n = 0; n < x.shape[0]; n++) {
    const inner = rowsOf(project).map((row) => dot(row, Float64Array.from(x.data.subarray(n * p, (n + 1) * p))));
    for (let i = 0; i < q; i++) {
      const answer = inner.reduce((total, value, k) => total + value * expand.get(k, i), shift[i]);
      const own = added?.data[n * q + i] ?? 0;
      sum += (Math.max(0, y.data[n * q + i] + own) - Math.max(0, answer + own)) ** 2;
    }
  }
  return sum;
}

/** y depends on x through the ReLU's corner, lower channels deeper below it. */
function drawn(seed: number, n: number, p: number, q: number, shortcut: boolean, mean = -0.5): Samples {
  const random = new Random(seed);
  const [x, weight] = [normalTensor(random, [n, p]), normalTensor(random, [q, p], 1 / Math.sqrt(p))];
  const y = tensor([n, q]);
  for (let i = 0; i < y.data.length; i++) {
    let sum = mean + 0.3 * random.normal();
    for (let k = 0; k < p; k++) sum += x.data[Math.floor(i / q) * p + k] * weight.data[(i % q) * p + k];
    y.data[i] = sum;
  }
  return { x, y, added: shortcut ? normalTensor(random, [n, q], 0.5) : undefined };
}

test("the error after the ReLU, by hand", () => {
  const samples = { x: matrix([0]), y: matrix([1, -2, 3], [-1, -1, 4]) };
  const responses = matrix([2, -1, 1], [-3, 1, 4]);
  assert.equal(errorAfterRelu(responses, samples), 1 + 0 + 4 + 0 + 1 + 0);
  const added = matrix([-2, 1.5, 0], [0, 0, -5]);
  assert.equal(errorAfterRelu(responses, { ...samples, added }), 0 + 0.25 + 4 + 0 + 1 + 0);
});

describe("on its samples never worse after the ReLU than the map it starts from", () => {
  for (const shortcut of [false, true])
    test(shortcut ? "with a shortcut added" : "right before the ReLU", async () => {
      for (const [seed, n, p, q] of [
        [1, 400, 8, 8],
        [2, 300, 6, 10],
        [3, 20, 12, 12],
      ]) {
        const samples = drawn(seed, n, p, q, shortcut);
        for (const rank of [1, 2, 5, 6]) {
          const { start, found } = await refined(samples, rank);
          assert.deepEqual([found.project.rows, found.expand.rows, found.shift.length], [rank, rank, q]);
          const [before, after] = [error(start, samples), error(found, samples)];
          assert.ok(after <= before * (1 + 1e-5), `seed ${seed}, rank ${rank}: ${after} after ${before}`);
        }
      }
    });
});

test("where a ReLU hides much, part of the error goes, on other samples too", async () => {
  const all = drawn(4, 4000, 8, 8, false, -1);
  const part = (from: number, to: number): Samples => ({
    x: tensor([to - from, 8], all.x.data.subarray(8 * from, 8 * to)),
    y: tensor([to - from, 8], all.y.data.subarray(8 * from, 8 * to)),
  });
  const { start, found } = await refined(part(0, 2000), 3);
  for (const samples of [part(0, 2000), part(2000, 4000)])
    assert.ok(error(found, samples) < 0.98 * error(start, samples), `${error(found, samples) / error(start, samples)}`);
});

test("where every answer is above the ReLU's corner there is nothing to gain", async () => {
  const samples = drawn(5, 300, 6, 6, false, 50);
  const { start, found } = await refined(samples, 2);
  assertNear(error(found, samples) / error(start, samples), 1, 1e-3);
});

test("answers that are all below stay hidden; constant and dead channels leave finite numbers", async () => {
  for (const mean of [-50, 0]) {
    const samples = drawn(6, 60, 5, 5, false, mean);
    for (let i = 0; i < samples.x.data.length; i++) {
      if (i % 5 === 1) samples.x.data[i] = samples.y.data[i] = 0;
      if (i % 5 === 2) samples.x.data[i] = samples.y.data[i] = 0.7;
    }
    const { found } = await refined(samples, 2);
    assert.ok(
      [found.project.to1DArray(), found.expand.to1DArray(), found.shift].every((row) => row.every(Number.isFinite)),
    );
    if (mean === -50) assert.ok(error(found, samples) < 1e-6);
  }
});
