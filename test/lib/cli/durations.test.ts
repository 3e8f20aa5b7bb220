import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Durations } from "../../../lib/cli/durations";

const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
after(() => rmSync(folder, { recursive: true }));

test("before the first run a table tells the time, after it the run", async () => {
  const file = join(folder, "a.json");
  const first = new Durations("a", true, file);
  assert.match(first.line([2, 3]), /^about \d+ s, as on two other cores \(chapter 2: \d+ s, 3: \d+ s\)$/);
  await first.keep(2, 30.2);
  await first.keep(3, 200);
  const line = "about 4 min, as the last run here (chapter 2: 31 s, 3: 4 min)";
  assert.equal(new Durations("a", true, file).line([2, 3]), line);
  assert.match(new Durations("a", true, file).line([2, 4]), /other cores/);
  assert.match(new Durations("b", true, file).line([2, 3]), /other cores/);
});

test("real weights or images take longer than the demo's", () => {
  const minutes = (demo: boolean) => Number(/about (\d+) min/.exec(new Durations("a", demo, "nowhere").line([7]))?.[1]);
  assert.ok(minutes(false) > minutes(true));
});

test("a damaged file tells nothing", () => {
  const file = join(folder, "b.json");
  writeFileSync(file, '{"a"');
  assert.match(new Durations("a", true, file).line([1]), /other cores/);
});
