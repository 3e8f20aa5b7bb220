import assert from "node:assert/strict";
import { test } from "node:test";
import { cumulativeVariance, scatterOfSingularValues } from "../../../lib/display/spectra";
import { fromSingularValues } from "../../../lib/linalg/spectrum";

// σ² = 16, 9, 4, 1 of 30: 0.533, 0.833, 0.967, 1.
const spectrum = fromSingularValues(4, 7, Float64Array.of(4, 3, 2, 1));
const flat = fromSingularValues(4, 7, Float64Array.of(1, 1, 1, 1));
const caption = {
  number: "2-1",
  layer: { english: "middle layer", persian: "لایهٔ میانی" },
  source: "weights: demo · images: demo",
};
const notes = (figure: { layout: { annotations?: { text?: string }[] } }) =>
  (figure.layout.annotations ?? []).map(({ text }) => text);

test("figure 2-1 has a marker for each singular value over its index from 1", () => {
  const { data, description, layout } = scatterOfSingularValues(spectrum, caption);
  assert.equal(data.length, 1);
  const [{ x, y, mode }] = data as [{ x: number[]; y: number[]; mode: string }];
  assert.deepEqual({ x, y, mode }, { x: [1, 2, 3, 4], y: [4, 3, 2, 1], mode: "markers" });
  assert.equal(description, "The 4 singular values fall from 4 to 1.");
  assert.deepEqual(notes({ layout }), ["<b>weights: demo · images: demo</b>"]);
});

test("figure 2-2 marks the threshold and the first rank that reaches it", () => {
  const figure = cumulativeVariance(spectrum, 0.95, { ...caption, number: "2-2" });
  assert.deepEqual(
    figure.layout.shapes?.map(({ x0, y0 }) => [x0, y0]),
    [
      [0, 0.95],
      [3, 0],
    ],
  );
  assert.deepEqual(notes(figure).slice(1), ["95 %", "k = 3 (75.00 %)"]);
  assert.equal(figure.description, "3 of 4 components (75.00 %) reach 95 % of the variance.");
  const [{ y }] = figure.data as [{ y: number[] }];
  assert.deepEqual(
    y.map((share) => Number(share.toFixed(4))),
    [0.5333, 0.8333, 0.9667, 1],
  );
});

test("a recorded official spectrum is named as such, with its own rank", () => {
  const names = cumulativeVariance(spectrum, 0.7, { ...caption, official: flat }).data.map(({ name }) => name);
  assert.deepEqual(names, ["official tensor, recorded: k = 3", "this run"]);
  assert.equal(
    scatterOfSingularValues(spectrum, { ...caption, official: flat }).data[0].name,
    "official tensor, recorded",
  );
});
