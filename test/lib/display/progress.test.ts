import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { progress, trainingProgress, transferProgress } from "../../../lib/display/progress";
import { shownInKernel } from "./fakeKernel";

/** Catches what is written to stderr, as a terminal or as a log. */
function stderrOf(context: TestContext, isTTY: boolean): string[] {
  const written: string[] = [];
  context.mock.method(process.stderr, "write", (text: string) => written.push(text) > 0);
  const before = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
  Object.defineProperty(process.stderr, "isTTY", { value: isTTY, configurable: true });
  context.after(() => {
    if (before) Object.defineProperty(process.stderr, "isTTY", before);
    else Reflect.deleteProperty(process.stderr, "isTTY");
  });
  return written;
}

test("in a notebook, one output is replaced in place and its last state is always the same", async (context) => {
  const written = stderrOf(context, false);
  const shown = await shownInKernel(() => {
    const report = progress("reading <files>");
    for (let done = 1; done <= 20; done++) report(done, 20);
  });
  assert.deepEqual(
    shown.map(({ type, update }) => [type, update]),
    shown.map((_, i) => ["text/html", i > 0]),
  );
  assert.equal(shown.at(-1)?.content, '<progress max="1" value="1.000"></progress> reading &lt;files&gt;: 20 of 20');
  assert.deepEqual(written, [], "stderr counts as a failed cell");
});

test("shows at most ten states a second", async (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const shown = await shownInKernel(() => {
    const report = progress("steps");
    for (let done = 1; done <= 1000; done++) {
      now += 1; // a second in all
      report(done, 1000);
    }
  });
  assert.equal(shown.length, 11);
});

test("in a terminal, rewrites one line and ends it once", (context) => {
  const written = stderrOf(context, true);
  const report = progress("steps");
  report(1, 2);
  report(2, 2);
  report(2, 2);
  assert.equal(written.join(""), "\r\u001b[Ksteps\r\u001b[Ksteps: 2 of 2\n");
});

test("in a log, writes a line for every tenth", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const written = stderrOf(context, false);
  const report = progress("steps");
  for (let done = 1; done <= 1000; done++) {
    now += 1000;
    report(done, 1000);
  }
  assert.deepEqual(written, [
    "steps\n",
    ...Array.from({ length: 10 }, (_, tenth) => `steps: ${100 * (tenth + 1)} of 1000\n`),
  ]);
});

test("of a resumed transfer, the rate counts only what has come since", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const written = stderrOf(context, false);
  const report = transferProgress("file.bin");
  for (const megabytes of [10, 20, 50]) {
    report(1e6 * megabytes, 50e6);
    now += 1000;
  }
  assert.deepEqual(written, [
    "file.bin\n",
    "file.bin: 20.0 of 50.0 MB, 10.0 MB/s, 3 s left\n",
    "file.bin: 50.0 of 50.0 MB, 20.0 MB/s, 0 s left\n",
  ]);
});

test("a training shows a mean of its last losses and how long the rest will take", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const written = stderrOf(context, false);
  const report = trainingProgress("tuning");
  for (const [share, loss] of [
    [0.25, 2],
    [0.5, 1],
    [1, 1],
  ]) {
    now += 60_000;
    report(share, loss);
  }
  assert.deepEqual(written, [
    "tuning\n",
    "tuning: loss 2.00, 3 min left\n",
    "tuning: loss 1.90, 2 min left\n",
    "tuning: loss 1.81\n",
  ]);
});
