import assert from "node:assert/strict";
import { test } from "node:test";
import { say } from "../../../lib/display/say";
import { shownInKernel } from "./fakeKernel";

test("a sentence is Markdown in a notebook, and a line elsewhere", async (t) => {
  const sentence = "it **does** recover";
  const printed = t.mock.method(console, "log", () => {});
  assert.deepEqual(await shownInKernel(() => say(sentence)), [
    { type: "text/markdown", content: sentence, update: false },
  ]);
  assert.equal(printed.mock.callCount(), 0);
  say(sentence);
  assert.deepEqual(
    printed.mock.calls.map((call) => call.arguments),
    [[sentence]],
  );
});
