import assert from "node:assert/strict";
import { test } from "node:test";
import { imageBytes, type LabelledImages } from "../../../../lib/assets/images/cifar10";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { fixture } from "../../../fixtures/assets/hostile";

const recorded = fixture("preprocess.bin");
const images: LabelledImages = {
  count: 2,
  pixels: Uint8Array.from(recorded.subarray(0, 2 * imageBytes)),
  labels: new Uint8Array(2),
  sha256: "",
};
const step = 16;
const expected = new Float32Array(Uint8Array.from(recorded.subarray(2 * imageBytes)).buffer);

test("equals torchvision's Resize, CenterCrop, ToTensor and Normalize", () => {
  const { shape, data } = preprocess(images, 0, 2);
  assert.deepEqual(shape, [2, 3, 128, 128]);
  assert.equal(expected.length * step, data.length);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i * step])), 0);
  assert.ok(worst <= 1e-6, `largest difference ${worst}`);
});

test("a range of images, and another side", () => {
  const both = preprocess(images, 0, 2);
  assert.deepEqual(preprocess(images, 1, 2).data, both.data.subarray(both.data.length / 2));
  assert.deepEqual(preprocess(images, 0, 2, 224).shape, [2, 3, 224, 224]);
});
