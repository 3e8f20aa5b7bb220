import assert from "node:assert/strict";
import { test } from "node:test";
import { PositionSamples } from "../../../../lib/compression/measure/samples";
import type { LayerBatch } from "../../../../lib/compression/measure/walk";
import { sizeOf, type Tensor, tensor } from "../../../../lib/core/tensor";

/** Each number tells where it stands, and in which part: part + 4 · (channel + channels · (position + positions · image)). */
function telling(from: number, shape: number[], part: number): Tensor {
  const [, channels, high, wide] = shape;
  const positions = high * wide;
  const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [image, channel] = [from + Math.floor(i / channels / positions), Math.floor(i / positions) % channels];
    return part + 4 * (channel + channels * ((i % positions) + positions * image));
  });
  return tensor(shape, Float32Array.from(numbers));
}

function batch(from: number, count: number, [channels, high, wide]: number[], shortcut: boolean): LayerBatch {
  const part = (own: number) => telling(from, [count, channels, high, wide], own);
  return { input: part(0), response: part(1), target: part(2), ...(shortcut && { added: part(3) }) };
}

function sampled(images: number, sizes: readonly number[], sides: number[], shortcut = true) {
  const positions = new PositionSamples(images);
  let from = 0;
  for (const count of sizes) {
    positions.add(batch(from, count, sides, shortcut));
    from += count;
  }
  return positions.samples();
}

const row = ({ shape: [, width], data }: Tensor, n: number) => [...data.subarray(n * width, (n + 1) * width)];

test("a row is the channels of one position, the same in the answer, the target and the shortcut", () => {
  const { x, y, added } = sampled(5, [3, 2], [4, 3, 7]);
  assert.deepEqual(
    [x.shape, y.shape, added?.shape],
    [
      [5 * 21, 4],
      [5 * 21, 4],
      [5 * 21, 4],
    ],
  );
  const images = new Set<number>();
  const places = new Set<number>();
  for (let n = 0; n < x.shape[0]; n++) {
    const first = x.data[4 * n];
    const place = (first - 1) / 16;
    assert.deepEqual(
      row(x, n),
      [0, 1, 2, 3].map((channel) => first + 4 * channel),
    );
    assert.deepEqual(
      row(y, n),
      row(x, n).map((value) => value + 1),
    );
    assert.deepEqual(
      row(added as Tensor, n),
      row(x, n).map((value) => value + 2),
    );
    images.add(Math.floor(place / 21));
    places.add(place % 21);
  }
  assert.deepEqual([...images].sort(), [0, 1, 2, 3, 4]);
  assert.ok([...places].every((place) => Number.isInteger(place) && place >= 0 && place < 21));
  assert.equal(places.size, 21);
});

test("without a shortcut there is none", () => {
  assert.equal(sampled(2, [2], [3, 2, 2], false).added, undefined);
});

test("every image gives the same number of rows, at most 16,384 of all", () => {
  for (const [images, sides, rows] of [
    [10, [2, 3, 3], 90],
    [100, [2, 32, 32], 16300],
    [1, [1, 200, 200], 16384],
    [20000, [1, 1, 1], 16384],
  ] as const) {
    const sizes = Array.from({ length: Math.ceil(images / 64) }, (_, i) => Math.min(64, images - 64 * i));
    const { x } = sampled(images, sizes, [...sides]);
    assert.equal(x.shape[0], rows);
    if (rows === 16300) {
      const own = new Array(images).fill(0);
      for (let n = 0; n < rows; n++) own[Math.floor(x.data[2 * n] / 8 / 1024)]++;
      assert.ok(own.every((count) => count >= 150 && count <= 175));
    }
  }
});

test("the same images give the same rows, in batches of any size", () => {
  const [first, again, split] = [[6], [6], [1, 4, 1]].map((sizes) => sampled(6, sizes, [3, 4, 4]));
  assert.deepEqual(again, first);
  assert.deepEqual(split, first);
});
