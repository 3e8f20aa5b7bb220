import assert from "node:assert/strict";
import { test } from "node:test";
import { timeBeside } from "../../../lib/engines/timeBeside";
import { bursts, type FakeMachine, fakeMachine, named } from "./fakeMachine";

const rounds = { shape: [1], warmUps: 1, runs: 15, mostRuns: 45 };

/** A network that takes 100 ms, beside one that takes 50. */
async function halved(machine: Omit<FakeMachine, "ms">, more: object = {}) {
  const { engine, clock, done } = fakeMachine({ ms: { a: 100, b: 50 }, ...machine });
  const [timed] = await timeBeside(named("a"), [named("b")], engine, { ...rounds, clock, ...more });
  return { ...timed.speedup, busy: timed.after.busy, rounds: timed.after.runs.length, done: done.length / 2 };
}

const near = (ratio: number, tolerance = 0.03) => assert.ok(Math.abs(ratio / 2 - 1) <= tolerance, String(ratio));

test("on a quiet machine the least number of rounds is enough", async () => {
  const { ratio, low, high, doubtful, busy, rounds: taken, done } = await halved({});
  near(ratio, 0.01);
  assert.ok(low <= ratio && ratio <= high && high / low < 1.03);
  assert.deepEqual([doubtful, busy, taken, done], [false, 0, 15, 16]);
});

for (const share of [0.2, 0.4, 0.5])
  for (const period of [180, 700, 2600])
    test(`a program at work ${100 * share} % of every ${period} ms: the ratio is right, or marked`, async () => {
      const works = bursts(period, share);
      const timed = await halved({ slowness: (now) => (works(now) ? 1.8 : 1), others: (now) => (works(now) ? 1 : 0) });
      if (!timed.doubtful) near(timed.ratio);
      // No run of 100 ms falls between bursts of so short a period.
      assert.equal(timed.doubtful, period < 200 && share >= 0.4);
      assert.ok(timed.rounds <= 90 && timed.busy > 0.05, JSON.stringify(timed));
    });

test("a machine that slows down bit by bit, for both alike, leaves their ratio as it is", async () => {
  const { ratio, doubtful } = await halved({ slowness: (now) => 1 + now / 10_000 });
  near(ratio);
  assert.equal(doubtful, false);
});

/** The longer network alone suffers, as one does whose weights no longer fit into a cache that is now shared. */
const onlyLong = (from: number, to: number) => (now: number, name: string) =>
  name === "a" && now >= from && now < to ? 1.5 : 1;

test("a half in which the ratio is another is found out, and timed on until it no longer counts", async () => {
  const { ratio, doubtful, rounds: taken } = await halved({ slowness: onlyLong(0, 1400) });
  assert.ok(taken > 15, String(taken));
  near(ratio);
  assert.equal(doubtful, false);
});

test("what never settles ends at the limit, twice, and is marked", async () => {
  const slowness = (now: number, name: string) => (name === "b" && Math.floor(now / 2000) % 2 === 0 ? 3 : 1);
  const { doubtful, rounds: taken } = await halved({ slowness }, { runs: 16, mostRuns: 20 });
  assert.deepEqual([taken, doubtful], [40, true]);
});

test("a reading that contradicts what was expected is taken again; one that then agrees is no longer in doubt", async () => {
  // Another program starts with the first reading and ends with it: 16 rounds.
  const once = await halved({ slowness: onlyLong(0, 16 * 200) }, { expected: [2] });
  assert.equal(once.rounds, 30);
  near(once.ratio);
  assert.equal(once.doubtful, false);
  const never = await halved({}, { expected: [3] });
  assert.deepEqual([never.rounds, never.doubtful], [30, true]);
  near(never.ratio);
  const agreed = await halved({}, { expected: [2.1] });
  assert.deepEqual([agreed.rounds, agreed.doubtful], [15, false]);
});

test("only what is in doubt is timed again", async () => {
  const { engine, clock, done } = fakeMachine({ ms: { a: 100, b: 50, c: 20 } });
  const others = [named("b"), named("c")];
  const timed = await timeBeside(named("a"), others, engine, { ...rounds, clock, expected: [2, 2] });
  assert.deepEqual(
    timed.map(({ before, after, speedup }) => [before.runs.length, after.runs.length, speedup.doubtful]),
    [
      [15, 15, false],
      [30, 30, true],
    ],
  );
  assert.deepEqual(
    ["a", "b", "c"].map((name) => done.filter((each) => each === name).length),
    [32, 16, 32],
  );
});
