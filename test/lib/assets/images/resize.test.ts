import assert from "node:assert/strict";
import { test } from "node:test";
import { resizeThrough } from "../../../../lib/assets/images/resize";
import { fixture } from "../../../fixtures/assets/hostile";

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
