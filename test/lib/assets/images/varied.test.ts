import assert from "node:assert/strict";
import { test } from "node:test";
import { contentKey, imagesInMemory, type LabelledImages } from "../../../../lib/assets/images/labelledImages";
import { varied } from "../../../../lib/assets/images/varied";
import { range } from "../../../../lib/core/tensor";
import { colouredImages } from "../../../support/smallResnet";

const side = 32;
const images = colouredImages(40);

/** The red plane's row and column at which the middle of an image can be found in another, mirrored or not. */
function found(image: Uint8Array, other: Uint8Array): { down: number; right: number; mirrored: boolean }[] {
  const matches = [];
  for (const mirrored of [false, true])
    for (let down = -4; down <= 4; down++)
      for (let right = -4; right <= 4; right++) {
        const same = [...Array(24).keys()].every((y) =>
          [...Array(24).keys()].every((x) => {
            const column = x + 4 + right;
            return (
              other[(y + 4) * side + x + 4] === image[(y + 4 + down) * side + (mirrored ? side - 1 - column : column)]
            );
          }),
        );
        if (same) matches.push({ down, right, mirrored });
      }
  return matches;
}

test("each image is one of its own mirrored and shifted copies, its labels stay", () => {
  const copies = varied(images, 1);
  assert.equal(copies.count, images.count);
  assert.deepEqual(copies.labels, images.labels);
  const moves = Array.from({ length: images.count }, (_, n) => {
    const [image, other] = [images, copies].map(({ pixels }) => pixels(n, n + 1));
    const [match] = found(image, other);
    assert.ok(match, `image ${n}`);
    return match;
  });
  assert.ok(new Set(moves.map(({ mirrored }) => mirrored)).size === 2);
  assert.ok(new Set(moves.map(({ down }) => down)).size > 4 && new Set(moves.map(({ right }) => right)).size > 4);
});

test("the same seed gives the same copies under a checksum of their own, another seed others", () => {
  assert.equal(contentKey(varied(images, 1)), contentKey(varied(images, 1)));
  for (const keyOf of [contentKey, ({ sha256 }: LabelledImages) => sha256]) {
    assert.notEqual(keyOf(varied(images, 1)), keyOf(images));
    assert.notEqual(keyOf(varied(images, 1)), keyOf(varied(images, 2)));
  }
});

test("copies are the same however they are read, and larger images are shifted further", () => {
  const copies = varied(images, 1);
  assert.deepEqual(copies.pixels(7, 9), copies.pixels(0, 40).subarray(7 * 3072, 9 * 3072));
  // Of these the byte at a row tells which row it was.
  const rows = Uint8Array.from({ length: 30 * 3 * 64 * 64 }, (_, i) => Math.floor(i / 64) % 64);
  const large = varied(imagesInMemory(rows, [3, 64, 64], new Int32Array(30), ""), 1);
  const shifts = range(30).map((n) => Math.abs(large.pixels(n, n + 1)[32 * 64] - 32));
  assert.ok(Math.max(...shifts) > 4 && Math.max(...shifts) <= 8, shifts.join());
});
