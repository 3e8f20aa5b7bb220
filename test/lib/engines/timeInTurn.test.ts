import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../../lib/engines/engine";
import { timeInTurn } from "../../../lib/engines/timeInTurn";
import type { Network } from "../../../lib/network/network";
import { tensor } from "../../../lib/core/tensor";

const options = { warmUps: 1, runs: 2, shape: [1, 3, 2, 2] };
const named = (name: string): Network => ({ nodes: [{ kind: "relu", name, input: "image" }] });

/** An engine that writes down what is done; its network "broken" cannot run, and "absent" cannot be opened. */
function recorded() {
  const done: string[] = [];
  const engine: Engine = {
    name: "recorded",
    version: "1",
    threads: 1,
    open: async ({ nodes: [{ name }] }) => {
      if (name === "absent") throw new Error("not opened");
      return {
        run: async () => {
          if (name === "broken") throw new Error("not run");
          done.push(name);
          return tensor([1]);
        },
        close: async () => {
          done.push(`${name} closed`);
        },
      };
    },
  };
  return { engine, done };
}

test("networks take turns, and each timing bears its network's name, or its place in a list", async () => {
  const { engine, done } = recorded();
  const timings = await timeInTurn(engine, { first: named("a"), second: named("b") }, options);
  assert.deepEqual(
    timings.map(({ name, runs }) => [name, runs.length]),
    [
      ["first", 2],
      ["second", 2],
    ],
  );
  assert.deepEqual(done, ["a", "b", "a", "b", "a", "b", "a closed", "b closed"]);
  const listed = await timeInTurn(engine, [named("a"), named("b")], options);
  assert.deepEqual(
    listed.map(({ name }) => name),
    ["0", "1"],
  );
});

test("what was opened is closed where a run fails, or another network cannot be opened", async () => {
  for (const [last, reason] of [
    ["broken", /not run/],
    ["absent", /not opened/],
  ] as const) {
    const { engine, done } = recorded();
    await assert.rejects(timeInTurn(engine, [named("a"), named(last)], options), reason);
    assert.ok(done.includes("a closed"), last);
  }
});
