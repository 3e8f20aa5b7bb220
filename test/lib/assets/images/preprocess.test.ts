import assert from "node:assert/strict";
import { test } from "node:test";
import { imagesInMemory } from "../../../../lib/assets/images/labelledImages";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { fixture } from "../../../fixtures/assets/hostile";

const recorded = fixture("preprocess.bin");
const stored = 2 * 3 * 32 * 32;
const images = imagesInMemory(recorded.subarray(0, stored), [3, 32, 32], new Int32Array(2), "");
const step = 16;
const expected = new Float32Array(Uint8Array.from(recorded.subarray(stored)).buffer);

test("equals torchvision's Resize, CenterCrop, ToTensor and Normalize", () => {
  const { shape, data } = preprocess(images, 0, 2);
  assert.deepEqual(shape, [2, 3, 128, 128]);
  assert.equal(expected.length * step, data.length);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i * step])), 0);
  assert.ok(worst <= 1e-6, `largest difference ${worst}`);
});

test("a range of images, and another size", () => {
  const both = preprocess(images, 0, 2);
  assert.deepEqual(preprocess(images, 1, 2).data, both.data.subarray(both.data.length / 2));
  const larger = { ...images, preprocessing: { ...images.preprocessing, size: 224 } };
  assert.deepEqual(preprocess(larger, 0, 2).shape, [2, 3, 224, 224]);
});

test("images of the size wanted are only normalised, with the mean and deviation given", () => {
  const preprocessing = { size: 32, mean: [0.5, 0.25, 0], deviation: [0.5, 1, 2] };
  const { data } = preprocess({ ...images, preprocessing }, 1, 2);
  for (const [channel, [mean, deviation]] of [
    [0.5, 0.5],
    [0.25, 1],
    [0, 2],
  ].entries())
    for (const at of [0, 500, 1023]) {
      const byte = images.pixels(1, 2)[1024 * channel + at];
      assert.ok(Math.abs(data[1024 * channel + at] - (byte / 255 - mean) / deviation) < 1e-6);
    }
});

test("one mean makes one channel: Pillow's luminance, which leaves grey as it is", () => {
  const preprocessing = { size: 32, mean: [0], deviation: [1] };
  const grey = (red: number, green: number, blue: number) => {
    const planes = Buffer.concat([red, green, blue].map((byte) => Buffer.alloc(1024, byte)));
    const one = imagesInMemory(planes, [3, 32, 32], new Int32Array(1), "");
    const { shape, data } = preprocess({ ...one, preprocessing }, 0, 1);
    assert.deepEqual(shape, [1, 1, 32, 32]);
    return Math.round(255 * data[99]);
  };
  // Image.new("RGB", (1, 1), colour).convert("L") with Pillow.
  assert.deepEqual([grey(255, 0, 0), grey(0, 255, 0), grey(0, 0, 255), grey(200, 100, 50)], [76, 150, 29, 124]);
  for (const byte of [0, 1, 77, 254, 255]) assert.equal(grey(byte, byte, byte), byte);
});
