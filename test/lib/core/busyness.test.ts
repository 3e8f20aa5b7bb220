import assert from "node:assert/strict";
import { test } from "node:test";
import { busyLine, busyShare, loadNow, takenByOthers } from "../../../lib/core/busyness";

const at = (wall: number, all: number, own: number) => ({ wall, all, own });

test("others take what processors worked beyond this process, of its own cores", () => {
  assert.equal(takenByOthers(at(10, 100, 50), at(20, 115, 60), 2, 2), 0.25);
  assert.equal(takenByOthers(at(0, 0, 0), at(10, 12, 12), 2, 2), 0);
  // The system counts in ticks, the process in microseconds.
  assert.equal(takenByOthers(at(0, 0, 0), at(10, 11.99, 12), 2, 2), 0);
  assert.equal(takenByOthers(at(5, 1, 1), at(5, 1, 1), 2, 2), 0);
});

test("neighbours on the cores of a machine that are not this process's take nothing from it, until these are full", () => {
  assert.equal(takenByOthers(at(0, 0, 0), at(10, 160, 40), 4, 16), 0);
  assert.equal(takenByOthers(at(0, 0, 0), at(10, 160, 20), 4, 16), 0.5);
  assert.equal(takenByOthers(at(0, 0, 0), at(10, 160, 0), 4, 16), 1);
});

test("all work counts: of users, of the system, and what other guests of the host took, but neither idling nor waiting", () => {
  const stat = "cpu  100 20 30 4000 500 6 7 80 9 10\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
  assert.ok(Math.abs(loadNow(() => stat).all - 2.43) < 1e-9);
  assert.ok(loadNow(() => undefined).all > 0);
});

test("this machine's readings grow, and hold this process's own work", () => {
  const before = loadNow();
  while (performance.now() / 1000 < before.wall + 0.3);
  const after = loadNow();
  assert.ok(after.wall - before.wall >= 0.3 && after.all >= before.all);
  assert.ok(after.own - before.own > 0.02, JSON.stringify([before, after]));
});

test("a busy machine is named with its share", () => {
  assert.match(busyLine("this", busyShare), /^Other programs took 10 % of the cores while this was timed\.$/);
  assert.match(busyLine("this", 0.37), /^The machine was busy, other programs took 37 % .* “\?” marks/);
});
