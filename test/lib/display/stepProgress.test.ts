import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { stepProgress } from "../../../lib/display/progress";

test("each step has a bar of its own that ends when all is done; a step that comes again gets a new one", () => {
  const { mock: written } = mock.method(process.stderr, "write", () => true);
  const onStep = stepProgress();
  try {
    for (const done of [0, 2]) onStep("one", done, 2);
    for (const done of [0, 1, 2]) onStep("two", done, 2);
    onStep("one", 3, 3);
  } finally {
    written.restore();
  }
  const lines = written.calls.map(({ arguments: [part] }) => String(part));
  assert.deepEqual(
    lines.filter((line) => line.includes("of")),
    ["one: 2 of 2\n", "two: 2 of 2\n", "one: 3 of 3\n"],
  );
});
