import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompressionStudy } from "../../../lib/chapters/compressionStudy";
import { frontierFinding, frontierRows, timePlans } from "../../../lib/chapters/frontier";
import { UserError } from "../../../lib/core/errors";
import { accuracies } from "../../support/madeUp";
import { frontierPoint } from "./frontierPoint";

const [base, right, wrong, middling] = accuracies(82.5, 80, 60, 70);

test("a row gives the plan, its times predicted and measured, and what it loses", () => {
  const points = [
    frontierPoint({
      target: 1.5,
      predictedMs: 66.66,
      ms: 71.04,
      speedup: 1.408,
      speedupOneThread: 1.5,
      accuracy: right,
    }),
    frontierPoint({ allocation: "equal energy", fit: "weights", accuracy: wrong }),
  ];
  const [first, second] = frontierRows(points, base);
  assert.deepEqual(first, {
    allocation: "least loss",
    fit: "ReLU-aware",
    "asked for": "1.5 ×",
    "predicted ms": "66.7",
    "measured ms": "71.0",
    "speed-up": "1.41 ×",
    "at 1 thread": "1.50 ×",
    "top-1 %": "80.00",
    "points lost": "2.50",
  });
  assert.deepEqual(
    [second.allocation, second.fit, second["top-1 %"], second["points lost"]],
    ["equal energy", "weights", "60.00", "22.50"],
  );
});

test("the finding names every network that no other beats, and none that is both slower and less right", () => {
  const finding = frontierFinding([
    frontierPoint({ speedup: 2, accuracy: right }),
    frontierPoint({ allocation: "equal energy", fit: "responses", speedup: 3, accuracy: middling }),
    frontierPoint({ allocation: "uniform share", fit: "weights", speedup: 1.9, accuracy: middling }),
    frontierPoint({ allocation: "equal sensitivity", fit: "weights", speedup: 2.5, accuracy: wrong }),
  ]);
  assert.match(finding, /least loss with ReLU-aware/);
  assert.match(finding, /equal energy with responses/);
  assert.doesNotMatch(finding, /uniform share|equal sensitivity/);
});

test("the finding gives the largest miss of the predicted times, above or below", () => {
  const points = [frontierPoint({ predictedMs: 55, ms: 50 }), frontierPoint({ predictedMs: 40, ms: 50 })];
  assert.match(frontierFinding(points), /by 20 % at most/);
});

test("speed-ups out of reach are refused in one line that says what to do", async () => {
  // All the time goes to what no rank changes.
  const measured = { network: { nodes: [] }, layers: [], restMs: 100 };
  const study = { measured, speedups: [2.5, 3] } as unknown as CompressionStudy;
  await assert.rejects(
    () => timePlans(study),
    (error) =>
      error instanceof UserError && /no ranks make this network 2\.5 × as fast here.*--threads 1/.test(error.message),
  );
});
