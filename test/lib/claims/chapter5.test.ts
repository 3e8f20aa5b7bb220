import assert from "node:assert/strict";
import { test } from "node:test";
import { bestGuide, chapter5Claims, type DepthLine, type GuideScore } from "../../../lib/claims/chapter5";

const context = { weights: "demo", images: "demo" } as const;
const [latency, condition] = chapter5Claims;

const series = (r2: number, slope = 1, scatter = 0.05, busy = 0): DepthLine => ({
  engine: "engine",
  batch: 1,
  fit: { slope, r2 },
  scatter,
  busy,
});

test("latency is called linear if every line is straight, and refuted only by a quiet machine", () => {
  const verdicts: [string, DepthLine[]][] = [
    ["reproduced", [series(0.98), series(0.9999)]],
    ["differs", [series(0.999), series(0.97)]],
    ["refuted", [series(0.999), series(0.89)]],
    ["refuted", [series(0.999, -1)]],
    ["refuted", [series(Number.NaN, 0)]],
    ["not comparable", [series(0.999), series(0.5, 1, 0.4)]],
    ["not comparable", [series(0.999), series(0.5, 1, 0.05, 0.3)]],
    ["refuted", [series(0.5, 1, 0.4), series(0.5)]],
    ["reproduced", [series(0.99, 1, 0.4)]],
  ];
  for (const [verdict, depth] of verdicts)
    assert.equal(latency.judge({ depth, guides: [] }, context).verdict, verdict, JSON.stringify(depth));
});

const score = (low: number, high: number, more: Partial<GuideScore> = {}): GuideScore => ({
  guide: "condition number",
  share: 0.5,
  outcome: "top-1 loss",
  layers: 21,
  rho: (low + high) / 2,
  low,
  high,
  ...more,
});
const other = score(0.6, 0.8, { guide: "k95 / r" });
const judged = (guides: GuideScore[], note?: string) => condition.judge({ depth: [], guides, note }, context);

test("the advice holds, is refuted or stays open as the intervals lie", () => {
  const quarter = { share: 0.25 };
  const verdicts: [string, GuideScore[]][] = [
    ["reproduced", [score(0.1, 0.5), score(0.2, 0.6, quarter)]],
    ["refuted", [score(-0.5, -0.1), score(-0.6, -0.2, quarter)]],
    ["differs", [score(-0.5, 0.5), score(-0.6, -0.2, quarter)]],
    ["differs", [score(0.1, 0.5), score(-0.1, 0.6, quarter)]],
    ["differs", [score(0.1, 0.5), score(-0.6, -0.1, quarter)]],
  ];
  for (const [verdict, guides] of verdicts) assert.equal(judged([...guides, other]).verdict, verdict);
});

test("other guides and the error of the output do not decide", () => {
  const distractors = [score(-0.9, -0.5, { guide: "k95 / r" }), score(-0.9, -0.5, { outcome: "output error" })];
  assert.equal(judged([...distractors, score(0.1, 0.5)]).verdict, "reproduced");
});

test("the note names the best guide and what the reader notes of the weights", () => {
  const { note, computed } = judged([score(-0.3, 0.1), other], "layers 3 and 4 are not the official ones");
  assert.match(note ?? "", /21 layers; the best .* is the k95 \/ r, mean ρ 0\.70; layers 3 and 4 are not/);
  assert.equal(computed, "ρ = -0.10 (-0.30 to 0.10) at share 0.5");
});

test("the best guide has the largest mean ρ over the shares", () => {
  const quarter = { share: 0.25 };
  const scores = [score(0, 0.2), score(0.8, 1, quarter), other, score(0, 0, { guide: "k95 / r", ...quarter })];
  assert.deepEqual(bestGuide(scores), { guide: "condition number", rho: 0.5 });
});

test("without a setting, or the report's guide, nothing is computed", () => {
  const { computed } = latency.judge({ depth: [], guides: [] }, context);
  assert.deepEqual([computed, judged([other]).computed], ["not computed", "not computed"]);
});

test("no claim of the chapter can fail a run, and only the clock's is marked", () => {
  assert.deepEqual(
    chapter5Claims.map(({ id, mustHold, timed }) => [id, mustHold ?? false, timed ?? false]),
    [
      ["5.latency-linear-in-depth", false, true],
      ["5.small-condition-number-compresses-well", false, false],
    ],
  );
});
