import assert from "node:assert/strict";
import { test } from "node:test";
import {
  demoBatch,
  demoClassNames,
  type Difficulty,
  drawImage,
  paletteCount,
  shapeNames,
  textureNames,
} from "../../../../lib/assets/images/demoImages";
import { sha256 } from "../../../../lib/core/files";
import { Random } from "../../../../lib/core/random";

const recordBytes = 3073;
const batch = demoBatch(900, 1);
const labelOf = (records: Uint8Array, i: number) => records[i * recordBytes];
const pixelsOf = (records: Uint8Array, i: number) => records.subarray(i * recordBytes + 1, (i + 1) * recordBytes);

test("one seed draws one set: the first images of a larger set are those of a smaller one", () => {
  // Recorded: the demo checkpoint's accuracy and all committed outputs hang on these images.
  const first = "923d433d1ffaddf550a05f941bface757f1d2b6c5fc387df64ca6373d02823f8";
  const five = demoBatch(5, 1);
  assert.ok(Buffer.from(batch.subarray(0, five.length)).equals(five));
  assert.equal(sha256(five), first);
  assert.notEqual(sha256(demoBatch(5, 2)), first);
});

test("records are laid out as CIFAR-10's: a label below ten, then 3 × 1024 levels", () => {
  assert.equal(batch.length, 900 * recordBytes);
  assert.equal(demoClassNames.length, 10);
  assert.equal(new Set(demoClassNames).size, 10);
  for (let i = 0; i < 900; i++) assert.ok(labelOf(batch, i) < 10);
});

test("the ten classes are about equally frequent", () => {
  const counts = new Array(10).fill(0);
  for (let i = 0; i < 900; i++) counts[labelOf(batch, i)]++;
  // Four standard deviations of a class's count around 90.
  assert.ok(Math.min(...counts) > 54 && Math.max(...counts) < 126, String(counts));
});

test("levels span the whole range without being crushed at its ends", () => {
  const histogram = new Array(256).fill(0);
  for (let i = 0; i < 900; i++) for (const level of pixelsOf(batch, i)) histogram[level]++;
  const share = (level: number) => histogram[level] / (900 * 3072);
  assert.ok(histogram.every((count) => count > 0));
  assert.ok(share(0) < 0.1 && share(255) < 0.1, `${share(0)} black, ${share(255)} white`);
});

test("red, green and blue are planes of their own", () => {
  let apart = 0;
  for (let i = 0; i < 50; i++) {
    const image = pixelsOf(batch, i);
    for (let p = 0; p < 1024; p++) if (Math.abs(image[p] - image[2048 + p]) > 40) apart++;
  }
  assert.ok(apart > 0.2 * 50 * 1024, "pixels are coloured");
  const image = pixelsOf(batch, 0);
  const jump = (offset: number, step: number) => Math.abs(image[offset + step] - image[offset]);
  const inside = Array.from({ length: 991 }, (_, p) => jump(p, 32)).reduce((sum, value) => sum + value) / 991;
  const across = Array.from({ length: 1024 }, (_, p) => jump(p, 1024)).reduce((sum, value) => sum + value) / 1024;
  assert.ok(inside < across, "pixels below each other are more alike than the channels of one");
});

/** Mean image of each class over the first `count` images. */
function classMeans(count: number): Float64Array[] {
  const sums = Array.from({ length: 10 }, () => new Float64Array(3072));
  const counts = new Array(10).fill(0);
  for (let i = 0; i < count; i++) {
    const label = labelOf(batch, i);
    counts[label]++;
    pixelsOf(batch, i).forEach((level, p) => {
      sums[label][p] += level;
    });
  }
  return sums.map((sum, label) => sum.map((value) => value / counts[label]));
}

test("a classifier must work for its accuracy: the nearest class mean of the pixels is right in under 30 %", () => {
  const [train, test] = [600, 300];
  const means = classMeans(train);
  let right = 0;
  for (let i = train; i < train + test; i++) {
    const image = pixelsOf(batch, i);
    const distances = means.map((mean) => mean.reduce((sum, value, p) => sum + (value - image[p]) ** 2, 0));
    if (distances.indexOf(Math.min(...distances)) === labelOf(batch, i)) right++;
  }
  assert.ok(right / test < 0.3, `${right} of ${test}`);
});

const plain: Difficulty = { noise: 0, smallestRadius: 12, largestRadius: 12, occlusion: 0 };

test("shape, texture and palette each change what the same random numbers draw", () => {
  const draw = (shape: number, texture: number, palette: number) =>
    sha256(drawImage(new Random(5), { shape, texture, palette }, plain));
  const images = [
    ...shapeNames.map((_, shape) => draw(shape, 1, 0)),
    ...textureNames.map((_, texture) => draw(0, texture, 1)),
    ...Array.from({ length: paletteCount }, (_, palette) => draw(1, 0, palette)),
  ];
  assert.equal(new Set(images).size, images.length);
});

test("every shape covers part of the image and leaves part of it: the class can be seen", () => {
  for (const [shape, name] of shapeNames.entries()) {
    const [one, other] = [0, 2].map((palette) => drawImage(new Random(8), { shape, texture: 0, palette }, plain));
    const covered = Array.from({ length: 1024 }, (_, p) => [0, 1024, 2048].some((c) => one[c + p] !== other[c + p]));
    const share = covered.filter(Boolean).length / 1024;
    assert.ok(share > 0.04 && share < 0.6, `${name} covers ${share}`);
  }
});
