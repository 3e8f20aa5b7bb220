import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { stepProgress } from "../../../lib/cli/stepProgress";

test("a step ends when it is done or the next begins; each is told of once", () => {
  const { mock: written } = mock.method(process.stderr, "write", () => true);
  const steps = stepProgress();
  try {
    steps.update("one", 1, 4);
    steps.update("two", 1, 2);
    steps.update("two", 2, 2);
    steps.end();
  } finally {
    written.restore();
  }
  const text = written.calls.map(({ arguments: [part] }) => String(part)).join("");
  for (const step of ["one", "two"]) assert.match(text, new RegExp(`${step}: `));
  assert.ok(text.lastIndexOf("one: 4 of 4") < text.indexOf("two: "), text);
  assert.match(text, /two: 2 of 2\n$/);
});
