import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { type Tensor, tensor } from "../../../lib/core/tensor";
import type { Engine } from "../../../lib/engines/engine";
import { pooled, timeInTurn } from "../../../lib/engines/time";
import type { Network } from "../../../lib/network/network";

const options = { warmUps: 1, runs: 2, shape: [1, 3, 2, 2] };
const named = (name: string): Network => ({ nodes: [{ kind: "relu", name, input: "image" }] });

/**
 * An engine that writes down what is done on what; its networks take the milliseconds that are given, "broken" cannot run,
 * and "absent" cannot be opened.
 */
function recorded(milliseconds: Record<string, number[]> = {}, done: string[] = []) {
  const inputs: Tensor[] = [];
  const engine: Engine = {
    name: "recorded",
    version: "1",
    threads: 1,
    open: async ({ nodes: [{ name }] }) => {
      if (name === "absent") throw new Error("not opened");
      return {
        run: async (input) => {
          if (name === "broken") throw new Error("not run");
          done.push(name);
          inputs.push(input);
          const end = performance.now() + (milliseconds[name]?.shift() ?? 0);
          while (performance.now() < end);
          return tensor([1]);
        },
        close: async () => {
          done.push(`${name} closed`);
        },
      };
    },
  };
  return { engine, done, inputs };
}

test("networks take turns, and each timing bears its network's name, or its place in a list", async () => {
  const { engine, done } = recorded();
  const rounds: string[] = [];
  const onProgress = (round: number, total: number) => rounds.push(`${round}/${total}`);
  const timings = await timeInTurn({ first: named("a"), second: named("b") }, engine, { ...options, onProgress });
  assert.deepEqual(
    timings.map(({ name, engine, threads, runs }) => [name, engine, threads, runs.length]),
    [
      ["first", "recorded 1", 1, 2],
      ["second", "recorded 1", 1, 2],
    ],
  );
  assert.deepEqual(done, ["a", "b", "a", "b", "a", "b", "a closed", "b closed"]);
  assert.deepEqual(rounds, ["1/3", "2/3", "3/3"]);
  const listed = await timeInTurn([named("a"), named("b")], engine, options);
  assert.deepEqual(
    listed.map(({ name }) => name),
    ["0", "1"],
  );
});

test("on several engines every network runs on each before the next network does", async () => {
  const done: string[] = [];
  const engines = ["x", "y"].map((name) => ({ ...recorded({}, done).engine, name, threads: name === "x" ? 1 : 4 }));
  const timings = await timeInTurn([named("a"), named("b")], engines, { ...options, warmUps: 0, runs: 1 });
  assert.deepEqual(
    timings.map(({ name, engine, threads }) => `${name} ${engine} ${threads}`),
    ["0 x 1 1", "0 y 1 4", "1 x 1 1", "1 y 1 4"],
  );
  assert.deepEqual(done.slice(0, 4), ["a", "a", "b", "b"]);
});

test("one input from N(0, 1) for all, always the same", async () => {
  const { engine, inputs } = recorded();
  const shape = [64, 3, 32, 32];
  for (const _ of [1, 2]) await timeInTurn([named("a")], engine, { shape, warmUps: 1, runs: 1 });
  assert.equal(inputs[0], inputs[1]);
  assert.deepEqual(inputs[2], inputs[0]);
  const { data } = inputs[0];
  assert.deepEqual(inputs[0].shape, shape);
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length - mean * mean;
  // Five standard errors.
  assert(Math.abs(mean) < 5 / Math.sqrt(data.length));
  assert(Math.abs(variance - 1) < 5 * Math.sqrt(2 / data.length));
});

test("warm-ups do not count; mean, median and interquartile range are those of the runs", async () => {
  const { engine } = recorded({ a: [80, 30, 2, 60, 10], b: [0, 1, 1, 1, 1] });
  const timings = await timeInTurn([named("a"), named("b")], engine, { shape: [1], warmUps: 1, runs: 4 });
  const { runs, mean, median, spread } = timings[0];
  const [a, b, c, d] = [...runs].sort((first, second) => first - second);
  assert(a >= 2 && b >= 10 && c >= 30 && d >= 60 && d < 80);
  assert.equal(mean, (runs[0] + runs[1] + runs[2] + runs[3]) / 4);
  assert(Math.abs(median - (b + c) / 2) < 1e-9);
  // NumPy's percentiles of four values: 25 % lies at 3/4 from the first to the second.
  assert(Math.abs(spread - (c + 0.25 * (d - c) - (a + 0.75 * (b - a)))) < 1e-9);
  assert(timings[1].median < median);
  // A quarter from the first to the last lies at 3/4 from the first to the second.
  assert(Math.abs(timings[0].usual - (a + 0.75 * (b - a))) < 1e-9);
  const both = pooled(timings[0], timings[1]);
  assert.deepEqual([both.name, both.runs], ["0", [...runs, ...timings[1].runs]]);
});

test("what was opened is closed where a run fails, or another network cannot be opened", async () => {
  for (const [last, reason] of [
    ["broken", /not run/],
    ["absent", /not opened/],
  ] as const) {
    const { engine, done } = recorded();
    await assert.rejects(timeInTurn([named("a"), named(last)], engine, options), reason);
    assert.ok(done.includes("a closed"), last);
  }
});

test("rounds that cannot be are refused in one line", async () => {
  const { engine } = recorded();
  for (const [changed, message] of [
    [{ runs: 0 }, "runs 0: choose a whole number of at least 1"],
    [{ warmUps: -1 }, "warmUps -1: choose a whole number of at least 0"],
    [{ mostRuns: 1 }, "mostRuns 1: choose a whole number of at least 2"],
    [{ runs: Number.NaN }, "runs NaN: choose a whole number of at least 1"],
  ] as const)
    await assert.rejects(timeInTurn([named("a")], engine, { ...options, ...changed }), new UserError(message));
});
