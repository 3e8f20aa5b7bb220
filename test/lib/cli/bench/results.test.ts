import assert from "node:assert/strict";
import { test } from "node:test";
import { type Results, tableHeads, tableRows } from "../../../../lib/cli/bench/results";

const latency = (name: string, engine: string, threads: number, ms: number) => ({
  ...{ name, engine, threads, usual: ms },
  ...{ runs: [ms], mean: 2 * ms, median: 2 * ms, spread: 1.25, busy: 0, gflopPerSecond: 100 },
});

const results: Results = {
  machine: { processor: "any", cores: 2, node: "v20" },
  weights: "demo",
  images: "demo",
  latency: [
    latency("base", "ONNX Runtime 1", 2, 400),
    latency("base", "ONNX Runtime 1", 1, 900),
    latency("k = 2", "ONNX Runtime 1", 2, 400),
    latency("base", "PyTorch 1", 2, 800),
  ],
  matrixProduct: [{ engine: "ONNX Runtime 1", threads: 2, gflopPerSecond: 168.4 }],
  extraction: [
    { engine: "ONNX Runtime 1", threads: 2, images: 100, stages: { preprocess: 0.5, run: 9.5 } },
    { engine: "PyTorch 1", threads: 2, images: 100, stages: { preprocess: 5, run: 15 } },
  ],
  spectra: [
    { layer: "conv1", rows: 64, columns: 147, seconds: 0.5 },
    { layer: "fc", rows: 1000, columns: 512, seconds: 1.25 },
  ],
  training: [{ engine: "ONNX Runtime 1", threads: 2, heads: 40, stepsPerSecond: 120.4 }],
};

const rows = tableRows(results);
const rowOf = (what: string, engine: string, threads = "2") =>
  rows.find((row) => row[0].startsWith(what) && row[1].startsWith(engine) && row[2] === threads);

test("every row has a text under every head", () => {
  assert.equal(rows.length, 9);
  assert(rows.every((row) => row.length === tableHeads.length && row.every((text) => typeof text === "string")));
});

test("speed is compared with PyTorch's on as many threads and the same model only", () => {
  assert.equal(rowOf("base", "ONNX")?.[4], "2.00");
  assert.equal(rowOf("base", "ONNX", "1")?.[4], "");
  assert.equal(rowOf("k = 2", "ONNX")?.[4], "");
  assert.equal(rowOf("base", "PyTorch")?.[4], "");
  assert.equal(rowOf("features", "ONNX")?.[4], "2.00");
});

test("images a second count both stages, and each stage's share is given", () => {
  assert.deepEqual(rowOf("features", "ONNX")?.slice(3), ["10.0 images/s", "2.00", "preprocess 5.0 %, run 95.0 %"]);
});

test("spectra are summed and the slowest is named", () => {
  const [row] = rows.filter(([what]) => what.startsWith("spectra"));
  assert.deepEqual([row[0], row[3], row[5]], ["spectra of 2 matrices", "1.8 s", "slowest fc, 1000 × 512: 1.25 s"]);
});
