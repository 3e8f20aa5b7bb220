import assert from "node:assert/strict";
import { test } from "node:test";
import { Resvg } from "@resvg/resvg-js";
import type { LabelledImages } from "../../../lib/assets/images/cifar10";
import { imageSheet } from "../../../lib/display/imageSheet";

const classNames = ["disc", "ring", "square"];

/** Images of one colour each; the red level tells which one it is, and the lower half is blue. */
function colouredImages(labels: number[]): LabelledImages {
  const pixels = new Uint8Array(labels.length * 3072);
  labels.forEach((_, n) => {
    pixels.fill(10 * (n + 1), n * 3072, n * 3072 + 1024);
    pixels.fill(255, n * 3072 + 2048 + 512, (n + 1) * 3072);
  });
  return { count: labels.length, pixels, labels: Uint8Array.from(labels), sha256: "" };
}

interface Placed {
  source: string;
  sizex: number;
  sizey: number;
}

function sheetOf(images: LabelledImages) {
  const figure = imageSheet("1-1", images, classNames, "weights: demo · images: demo");
  const [placed] = figure.layout.images as unknown as Placed[];
  const [width, height] = [placed.sizex, placed.sizey];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" image-rendering="optimizeSpeed" href="${placed.source}"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  /** Colour at a place given in tiles: column and row of the sheet. */
  const at = (column: number, row: number, tileHeight: number): number[] => {
    const [x, y] = [Math.floor((column * width) / classNames.length), Math.floor(row * tileHeight)];
    return [...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  };
  return { figure, width, height, at };
}

test("each class has a column, filled from the top in file order; later images are left out", () => {
  const { at, width } = sheetOf(colouredImages([2, 0, 2, 1, 2, 2, 0, 2, 2]));
  const tile = width / classNames.length;
  assert.deepEqual(at(2.3, 0.2, tile), [10, 0, 0]);
  assert.deepEqual(at(0.3, 0.2, tile), [20, 0, 0]);
  assert.deepEqual(at(2.3, 1.2, tile), [30, 0, 0]);
  assert.deepEqual(at(1.3, 0.2, tile), [40, 0, 0]);
  assert.deepEqual(at(0.3, 1.2, tile), [70, 0, 0]);
});

test("an image stands upright with its own colours, a missing one stays white", () => {
  const { at, width } = sheetOf(colouredImages([0, 1, 2, 0]));
  const tile = width / classNames.length;
  assert.deepEqual(at(0.5, 0.25, tile), [10, 0, 0]);
  assert.deepEqual(at(0.5, 0.75, tile), [10, 0, 255]);
  assert.deepEqual(at(1.5, 1.5, tile), [255, 255, 255]);
});

test("the classes are named below their columns, and in the words for readers who cannot see it", () => {
  const { figure, width } = sheetOf(colouredImages([0]));
  const { tickvals, ticktext } = figure.layout.xaxis as { tickvals: number[]; ticktext: string[] };
  assert.deepEqual(ticktext, classNames);
  assert.deepEqual(
    tickvals.map((value) => Math.floor((value * classNames.length) / width)),
    [0, 1, 2],
  );
  for (const name of classNames) assert.match(figure.description, new RegExp(name));
  assert.equal(figure.source, "weights: demo · images: demo");
});
