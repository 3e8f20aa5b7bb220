import assert from "node:assert/strict";
import { test } from "node:test";
import { resizeBytes } from "../../../../lib/assets/images/resize";
import { fixture } from "../../../fixtures/assets/hostile";

const cases: { from: [number, number]; to: [number, number]; planes: number }[] = JSON.parse(
  fixture("resize.json").toString(),
);

let position = 0;
for (const { from, to, planes } of cases) {
  const [before, after] = [from, to].map(([width, height]) => {
    const begin = position;
    position += planes * width * height;
    return fixture("resize.bin").subarray(begin, position);
  });
  test(`${from.join(" × ")} to ${to.join(" × ")}: Pillow's bytes`, () => {
    const [source, target] = [from, to].map(([width, height]) => ({ width, height }));
    assert.deepEqual(resizeBytes(before, source, target), Uint8Array.from(after));
  });
}
