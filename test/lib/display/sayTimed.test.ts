import assert from "node:assert/strict";
import { test } from "node:test";
import { sayTimed } from "../../../lib/display/sayTimed";
import { numbersIn } from "../../../lib/cli/notebooks/compare";
import { shownInKernel } from "./fakeKernel";

test("a sentence with times is shown as it is, and a comparer of notebooks finds no number in it", async () => {
  const [{ type, content }] = await shownInKernel(() => sayTimed("R² = 0.99 < 1, 5 settings"));
  assert.equal(type, "text/html");
  assert.match(content, /R² = 0\.99 &lt; 1, 5 settings/);
  assert.deepEqual(numbersIn({ output_type: "display_data", data: { "text/html": content }, metadata: {} }), []);
});
