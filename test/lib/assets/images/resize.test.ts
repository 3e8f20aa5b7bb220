import assert from "node:assert/strict";
import { test } from "node:test";
import { resizeAndCrop, resizeThrough } from "../../../../lib/assets/images/resize";
import { fixture } from "../../../fixtures/assets/hostile";
import { uniform } from "../../../support/matrices";

const cases: { from: [number, number]; to: [number, number]; planes: number }[] = JSON.parse(
  fixture("resize.json").toString(),
);

const unchanged = Uint8Array.from({ length: 256 }, (_, byte) => byte);

let position = 0;
for (const { from, to, planes } of cases) {
  const [before, after] = [from, to].map(([width, height]) => {
    const begin = position;
    position += planes * width * height;
    return fixture("resize.bin").subarray(begin, position);
  });
  test(`${from.join(" × ")} to ${to.join(" × ")}: Pillow's bytes`, () => {
    const [source, target] = [from, to].map(([width, height]) => ({ width, height }));
    const resized = new Uint8Array(after.length);
    resizeThrough(before, source, target, new Array(planes).fill(unchanged), resized);
    assert.deepEqual(resized, Uint8Array.from(after));
  });
}

for (const [width, height, side] of [
  [50, 37, 16],
  [37, 50, 16],
  [5, 90, 40],
  [200, 13, 13],
  [31, 31, 31],
] as const)
  test(`${width} × ${height}: the middle ${side} × ${side} is that of the whole image resized`, () => {
    const planes = Uint8Array.from(uniform(width * height, 3 * width * height), (value) => 128 * (value + 1));
    const shorter = Math.min(width, height);
    const to = { width: Math.trunc((side * width) / shorter), height: Math.trunc((side * height) / shorter) };
    const whole = new Uint8Array(3 * to.width * to.height);
    resizeThrough(planes, { width, height }, to, new Array(3).fill(unchanged), whole);
    const cropped = resizeAndCrop(planes, { width, height }, side);
    // Where it was cut out: nearer than one pixel to the middle.
    const places = [to.width, to.height].map((length) => [
      Math.floor((length - side) / 2),
      Math.ceil((length - side) / 2),
    ]);
    const found = places[0].some((left) =>
      places[1].some((top) =>
        cropped.every((byte, i) => {
          const [plane, y, x] = [Math.floor(i / side / side), Math.floor(i / side) % side, i % side];
          return byte === whole[(plane * to.height + top + y) * to.width + left + x];
        }),
      ),
    );
    assert.ok(found);
  });

test("of an image as thin as a hair no more is computed than its middle", () => {
  const [long, side] = [2 ** 22, 1024];
  const planes = new Uint8Array(3 * long).fill(7);
  for (const size of [
    { width: long, height: 1 },
    { width: 1, height: long },
  ])
    assert.ok(resizeAndCrop(planes, size, side).every((byte) => byte === 7));
});
