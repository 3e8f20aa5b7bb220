import assert from "node:assert/strict";
import { test } from "node:test";
import { type DepthSeries, depthFinding, depthRows, table52, timeDepths } from "../../../lib/chapters/depth";
import type { Engine } from "../../../lib/engines/engine";
import type { Network } from "../../../lib/network/network";
import type { Tensor } from "../../../lib/core/tensor";

const layersOf = ({ nodes }: Network) => nodes.filter(({ kind }) => kind === "conv" || kind === "linear").length;

/** An engine that keeps the processor busy for a time that follows from the layers. */
function waitingEngine(name: string, msFor: (layers: number) => number, order: string[]): Engine {
  const open = async (network: Network) => ({
    async run(images: Tensor) {
      order.push(`${name} ${layersOf(network)} batch ${images.shape[0]}`);
      const end = performance.now() + msFor(layersOf(network));
      while (performance.now() < end);
      return images;
    },
    close: async () => {
      order.push("closed");
    },
  });
  return { name, version: "1", threads: name === "one" ? 1 : 2, open };
}

test("every depth is timed on every engine in turn, and the line finds the time of a layer", async () => {
  const order: string[] = [];
  const engines = [waitingEngine("two", (n) => n, order), waitingEngine("one", (n) => 2 * n + 5, order)];
  const plan = [
    { batch: 1, warmUps: 1, runs: 3 },
    { batch: 2, warmUps: 0, runs: 3 },
  ];
  const series = await timeDepths(engines, plan, [2, 4, 6]);
  assert.deepEqual(
    series.map(({ engine, batch }) => [engine, batch]),
    [
      ["two, all threads", 1],
      ["one, 1 thread", 1],
      ["two, all threads", 2],
      ["one, 1 thread", 2],
    ],
  );
  assert.deepEqual(
    order.slice(0, 6),
    ["two 2", "one 2", "two 4", "one 4", "two 6", "one 6"].map((s) => `${s} batch 1`),
  );
  assert.equal(order.filter((entry) => entry === "closed").length, 12);
  for (const { ms } of series) assert(ms[0] < ms[1] && ms[1] < ms[2]);
  // Never sooner than it waits; later only if something else takes the processor.
  assert(series[0].ms[2] >= 6 && series[1].ms[2] >= 17);
});

const series: DepthSeries = {
  engine: "ONNX Runtime, 1 thread",
  batch: 64,
  layers: [2, 6, 10],
  ms: [12, 20, 28],
  fit: { slope: 2, intercept: 8, r2: 1 },
  scatter: 0.05,
};

test("table 5-2 marks every column that a clock decides", () => {
  const [row] = table52([series]);
  const columns = Object.keys(row).filter((name) => name !== "engine" && name !== "batch");
  assert.equal(columns.length, 7);
  for (const name of columns) assert.match(name, /ms$/);
  assert.equal(row["6 layers, ms" as keyof typeof row], "20.00");
});

test("the finding names the worst line and the span of the intercepts", () => {
  const worse: DepthSeries = { ...series, engine: "other", fit: { slope: 2, intercept: 14, r2: 0.91 } };
  assert.match(depthFinding([series, worse]), /R² = 0\.9100.*other at batch 64.*29 % to 50 %/);
});

test("two layers more always add the same work", () => {
  const macs = depthRows([2, 4, 6, 8]).map((row) => row["million MACs an image"]);
  const steps = macs.slice(1).map((value, i) => (value - macs[i]).toFixed(2));
  assert.deepEqual(new Set(steps).size, 1);
});
