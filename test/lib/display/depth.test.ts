import assert from "node:assert/strict";
import { test } from "node:test";
import type { DepthSeries } from "../../../lib/chapters/depth";
import { latencyAgainstDepth } from "../../../lib/display/depth";
import { interactive } from "../../../lib/display/plotly/interactive";

const series = (engine: string, batch: number): DepthSeries => ({
  engine,
  batch,
  layers: [2, 6, 10],
  ms: [12, 20, 28],
  fit: { slope: 2, intercept: 8, r2: 1 },
  scatter: 0,
});
const figure = latencyAgainstDepth("random weights", [series("a", 1), series("b", 1), series("a", 64)]);

test("each series has its points and its line from the intercept on, in the panel of its batch size", () => {
  const traces = figure.data as { mode: string; x: number[]; y: number[]; xaxis?: string; showlegend: boolean }[];
  assert.equal(traces.length, 6);
  assert.deepEqual(
    [traces[0].x, traces[0].y],
    [
      [0, 10],
      [8, 28],
    ],
  );
  assert.deepEqual([traces[1].x, traces[1].y, traces[1].mode], [[2, 6, 10], [12, 20, 28], "markers"]);
  assert.deepEqual(
    traces.map(({ xaxis }) => xaxis ?? "x"),
    ["x", "x", "x", "x", "x2", "x2"],
  );
  assert.equal(traces.filter(({ showlegend }) => showlegend).length, 2);
  const notes = figure.layout.annotations?.map(({ text }) => text);
  assert.deepEqual(notes?.slice(1), ["<b>batch 1</b>", "<b>batch 64</b>"]);
});

test("its numbers come from a clock: around it stands class time", () => {
  const html = interactive(figure, Buffer.alloc(100));
  assert.match(html, /^<div class="time">/);
  assert.doesNotMatch(interactive({ ...figure, timed: false }, Buffer.alloc(100)), /class="time"/);
});
