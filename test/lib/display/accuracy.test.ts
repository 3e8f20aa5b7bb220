import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyAgainstCompression } from "../../../lib/display/accuracy";

// Quantiles of 0 … 40 by linear interpolation: 0.025 → 1, 0.5 → 20, 0.975 → 39.
const ramp = Array.from({ length: 41 }, (_, i) => i);
const points = [
  { name: "base", compression: 0, sample: ramp.map((value) => value + 30), reported: 50.78 },
  { name: "keep 0.5 (k = 5)", compression: 50, sample: ramp, reported: 8.01 },
];
const caption = {
  number: "4-1",
  title: { english: "Accuracy", persian: "دقت" },
  source: "weights: demo · images: demo",
};

test("figure 4-1 draws medians with the central 95 % of the seeds, and the report's points beside them", () => {
  const { data, description } = accuracyAgainstCompression(caption, points);
  const [computed, reported] = data as { x: number[]; y: number[]; name: string; error_y: Record<string, number[]> }[];
  assert.deepEqual(
    [computed.x, computed.y],
    [
      [0, 50],
      [50, 20],
    ],
  );
  assert.deepEqual(
    [computed.error_y.array, computed.error_y.arrayminus],
    [
      [19, 19],
      [19, 19],
    ],
  );
  assert.match(computed.name, /41 seeds/);
  assert.deepEqual([reported.x, reported.y, reported.name], [[0, 50], [50.78, 8.01], "the report's, official weights"]);
  assert.match(description, /base: median 50\.00 %, the report's 50\.78 %/);
});
