import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersIn } from "../../../lib/cli/notebooks/compare";
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

test("a comparer of notebooks finds no number in sentences with times", async () => {
  const [{ type, content }] = await shownInKernel(() => say("R² = **0.99** < 1, 5 settings", { timed: true }));
  assert.equal(type, "text/html");
  assert.match(content, /R² = <strong>0\.99<\/strong> &lt; 1, 5 settings/);
  assert.deepEqual(numbersIn({ output_type: "display_data", data: { "text/html": content }, metadata: {} }), []);
});
