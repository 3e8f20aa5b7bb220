import assert from "node:assert/strict";
import { test } from "node:test";
import { imageBytes } from "../../../../lib/assets/images/cifar10";
import { varied } from "../../../../lib/assets/images/varied";
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
    const [image, other] = [images, copies].map(({ pixels }) => pixels.subarray(n * imageBytes, (n + 1) * imageBytes));
    const [match] = found(image, other);
    assert.ok(match, `image ${n}`);
    return match;
  });
  assert.ok(new Set(moves.map(({ mirrored }) => mirrored)).size === 2);
  assert.ok(new Set(moves.map(({ down }) => down)).size > 4 && new Set(moves.map(({ right }) => right)).size > 4);
});

test("the same seed gives the same copies under a checksum of their own, another seed others", () => {
  assert.deepEqual(varied(images, 1), varied(images, 1));
  assert.notEqual(varied(images, 1).sha256, images.sha256);
  assert.notEqual(varied(images, 1).sha256, varied(images, 2).sha256);
});
