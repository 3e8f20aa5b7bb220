import assert from "node:assert/strict";
import { test } from "node:test";
import {
  contentKey,
  firstImages,
  imagesFrom,
  imagesInMemory,
  inputShape,
  shapeFor,
} from "../../../../lib/assets/images/labelledImages";
import { UserError } from "../../../../lib/core/errors";

const bytes = Uint8Array.from({ length: 5 * 12 }, (_, i) => i);
const images = imagesInMemory(bytes, [3, 2, 2], Int32Array.of(4, 0, 700, 1, 2), "abc");

test("the first images are a view; asking for more gives all", () => {
  const two = firstImages(images, 2);
  assert.deepEqual([two.count, [...two.labels], two.pixels(0, 2).length], [2, [4, 0], 24]);
  assert.equal(two.pixels(1, 2).buffer, bytes.buffer);
  assert.equal(firstImages(images, 99).count, 5);
  assert.throws(() => firstImages(images, 1.5), UserError);
});

test("the images from one on, also of a part", () => {
  const middle = imagesFrom(firstImages(images, 4), 2);
  assert.deepEqual([middle.count, [...middle.labels], middle.sha256], [2, [700, 1], "abc"]);
  assert.deepEqual([...middle.pixels(1, 2)], [...bytes.subarray(36, 48)]);
});

test("the key follows what a network sees, not where it lies", () => {
  const copy = imagesInMemory(bytes.slice(12, 36), [3, 2, 2], Int32Array.of(9, 9), "def");
  assert.equal(contentKey(copy), contentKey(imagesFrom(firstImages(images, 3), 1)));
  const preprocessing = { ...images.preprocessing, size: 64 };
  const others = [
    images,
    copy,
    { ...copy, preprocessing },
    { ...copy, shape: [12, 1, 1] as const },
    imagesFrom(copy, 1),
  ];
  assert.equal(new Set(others.map(contentKey)).size, others.length);
});

test("the report's shape becomes that of the images here, another stays", () => {
  const grey = { ...images, preprocessing: { size: 28, mean: [0.5], deviation: [1] } };
  assert.deepEqual(shapeFor(images, [64, 3, 128, 128]), [64, 3, 128, 128]);
  assert.deepEqual(
    [shapeFor(grey, [64, 3, 128, 128]), shapeFor(grey, [3, 128, 128])],
    [
      [64, 1, 28, 28],
      [1, 28, 28],
    ],
  );
  assert.deepEqual(shapeFor(grey, [3, 224, 224]), [3, 224, 224]);
});

test("a network's input has as many channels as there are means", () => {
  assert.deepEqual(inputShape(images), [3, 128, 128]);
  assert.deepEqual(inputShape({ preprocessing: { size: 28, mean: [0.5], deviation: [1] } }), [1, 28, 28]);
});
