import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { interruptible, stopIfInterrupted } from "../../../lib/core/interrupt";

/** Counts steps until it is stopped. */
async function steps(): Promise<number> {
  let done = 0;
  try {
    for (; ; done++) {
      stopIfInterrupted();
      await setImmediate();
    }
  } catch (error) {
    assert.equal((error as Error).name, "AbortError");
    return done;
  }
}

test("work stops at its next step, other work goes on", async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const [a, b] = [first, second].map(({ signal }) => interruptible(signal, steps));
  let ended = false;
  void b.then(() => {
    ended = true;
  });
  await setImmediate();
  first.abort();
  assert.ok((await a) >= 1);
  await setImmediate();
  assert.equal(ended, false);
  second.abort();
  assert.ok((await b) > (await a));
});

test("what nobody may interrupt has no steps to stop at", () => {
  stopIfInterrupted();
  interruptible(new AbortController().signal, stopIfInterrupted);
  assert.throws(() => interruptible(AbortSignal.abort(), stopIfInterrupted), { name: "AbortError" });
});
