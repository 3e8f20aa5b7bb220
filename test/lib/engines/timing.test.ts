import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../../lib/engines/engine";
import { type Tensor, tensor } from "../../../lib/core/tensor";
import { cpuMsPerBatch, cpuMsPerBatchInterleaved } from "../../../lib/engines/timing";

/** A session that notes who ran on what, and takes as many milliseconds as it is told. */
function noting(name: string, calls: { name: string; images: Tensor }[], milliseconds = 0): Session {
  return {
    async run(images) {
      calls.push({ name, images });
      const end = performance.now() + milliseconds;
      while (performance.now() < end);
      return tensor([1]);
    },
    close: async () => {},
  };
}

test("the report's protocol: 10 runs to warm up, 50 that count, on one (64, 3, 128, 128) input from N(0, 1)", async () => {
  const calls: { name: string; images: Tensor }[] = [];
  const timing = await cpuMsPerBatch(noting("one", calls));
  assert.equal(calls.length, 60);
  assert.equal(timing.runs.length, 50);
  const { shape, data } = calls[0].images;
  assert.deepEqual(shape, [64, 3, 128, 128]);
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length - mean * mean;
  // Five standard errors of 3.1 million draws.
  assert(Math.abs(mean) < 5 / Math.sqrt(data.length));
  assert(Math.abs(variance - 1) < 5 * Math.sqrt(2 / data.length));
});

test("models take turns, with one input for all, and slow ones are told from fast ones", async () => {
  const calls: { name: string; images: Tensor }[] = [];
  const rounds: number[] = [];
  const sessions = [
    { name: "slow", session: noting("slow", calls, 6) },
    { name: "fast", session: noting("fast", calls, 1) },
  ];
  const options = { warmUps: 1, runs: 3, shape: [2, 3], seed: 4, onRound: (done: number) => rounds.push(done) };
  const [slow, fast] = await cpuMsPerBatchInterleaved(sessions, options);
  assert.deepEqual(
    calls.map(({ name }) => name),
    Array(4).fill(["slow", "fast"]).flat(),
  );
  assert(calls.every(({ images }) => images === calls[0].images));
  assert.deepEqual(rounds, [1, 2, 3, 4]);
  assert.deepEqual([slow.name, fast.name], ["slow", "fast"]);
  assert(Math.min(...slow.runs) >= 6 && Math.min(...fast.runs) >= 1);
  assert(slow.median > fast.median);
});

test("one seed gives one input", async () => {
  const calls: { name: string; images: Tensor }[] = [];
  for (const seed of [1, 1, 2]) await cpuMsPerBatch(noting("", calls), { warmUps: 0, runs: 1, shape: [4], seed });
  assert.deepEqual(calls[0].images, calls[1].images);
  assert.notDeepEqual(calls[0].images, calls[2].images);
});

test("mean, median and interquartile range are those of the runs", async () => {
  const sleeps = [30, 2, 60, 10];
  const session = { run: () => new Promise((resolve) => setTimeout(resolve, sleeps.shift())) };
  const { runs, mean, median, spread } = await cpuMsPerBatch(session, { warmUps: 0, runs: 4, shape: [1] });
  const [a, b, c, d] = [...runs].sort((first, second) => first - second);
  assert(a < b && b < c && c < d);
  assert.equal(mean, (runs[0] + runs[1] + runs[2] + runs[3]) / 4);
  assert(Math.abs(median - (b + c) / 2) < 1e-9);
  // NumPy's percentiles of four values: 25 % lies at 3/4 from the first to the second.
  assert(Math.abs(spread - (c + 0.25 * (d - c) - (a + 0.75 * (b - a)))) < 1e-9);
});
