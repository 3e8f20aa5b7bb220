import assert from "node:assert/strict";
import { test } from "node:test";
import { answerHistogram, lossCurves, type MethodResult, recoveryComparison } from "../../../lib/display/recovery";

const caption = {
  number: "4-2",
  title: { english: "Recovery", persian: "بازیابی" },
  source: "weights: demo · images: demo",
};
const result = (id: string, keep: number, mean: number): MethodResult => ({
  id,
  title: id,
  keep,
  mean,
  low: mean - 1,
  high: mean + 2,
});

interface Points {
  name: string;
  x: string[];
  y: number[];
  error_y: { array: number[]; arrayminus: number[]; symmetric: boolean };
}

test("figure 4-2 has a series a rank, with intervals that reach from low to high, and the base as a line", () => {
  const ranks = [result("a", 0.5, 40), result("b", 0.5, 45), result("a", 0.2, 20), result("b", 0.2, 35)];
  const results = [...ranks, result("b", 1, 60)];
  const { data, layout, description, source } = recoveryComparison(caption, results, 50.5);
  const [k5, k2, whole] = data as Points[];
  assert.deepEqual([k5.name, k5.x, k5.y], ["rank 5", ["a", "b"], [40, 45]]);
  assert.deepEqual([k2.name, k2.x, k2.y], ["rank 2", ["a", "b"], [20, 35]]);
  assert.deepEqual([whole.name, whole.x, whole.y], ["uncompressed, trained on as long", ["b"], [60]]);
  for (const { error_y } of [k5, k2])
    assert.deepEqual([error_y.array, error_y.arrayminus, error_y.symmetric], [[2, 2], [1, 1], false]);
  const [line] = layout.shapes as { y0: number; y1: number }[];
  assert.deepEqual([line.y0, line.y1], [50.5, 50.5]);
  assert.match(
    description,
    /b at keep 0\.2: 35\.00 %, b uncompressed: 60\.00 %; uncompressed after 10 batches: 50\.50 %/,
  );
  assert.equal(source, caption.source);
});

test("the histogram shows each head's answers by class, told apart by colour", () => {
  const { data } = answerHistogram(caption, ["disc", "ring"], { true: [3, 4], base: [2, 5], "k = 5": [7, 0] });
  const bars = data as { name: string; x: string[]; y: number[]; marker: { color: string } }[];
  assert.deepEqual(
    bars.map(({ name, y }) => [name, y]),
    [
      ["true", [3, 4]],
      ["base", [2, 5]],
      ["k = 5", [7, 0]],
    ],
  );
  assert.ok(bars.every(({ x }) => x.join() === "disc,ring"));
  assert.equal(new Set(bars.map(({ marker }) => marker.color)).size, 3);
});

test("loss curves: a band between low and high and a line in the middle, steps counted from 1", () => {
  const curve = (name: string, shift: number) => ({
    name,
    low: [1 + shift, 0.5],
    middle: [2 + shift, 1],
    high: [3 + shift, 1.5],
  });
  const { data } = lossCurves(caption, [curve("base", 0), curve("k = 5", 10)]);
  const lines = data as { x: number[]; y: number[]; fill?: string; name?: string; showlegend?: boolean }[];
  assert.deepEqual(
    lines.map(({ y }) => y[0]),
    [1, 3, 2, 11, 13, 12],
  );
  assert.ok(lines.every(({ x }) => x.join() === "1,2"));
  assert.deepEqual(
    lines.map(({ fill }) => fill),
    [undefined, "tonexty", undefined, undefined, "tonexty", undefined],
  );
  const named = lines.filter(({ showlegend }) => showlegend !== false).map(({ name }) => name);
  assert.deepEqual(named, ["base", "k = 5"]);
});
