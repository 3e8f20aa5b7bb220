import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import { showFacts } from "../../../lib/display/facts";
import { shownInKernel } from "./fakeKernel";

const facts = { processor: "A <fast> & old one", threads: "2" };

test("a notebook shows a row a fact, text as text, marked as of this machine", async () => {
  const [{ type, content }, ...more] = await shownInKernel(() => showFacts(facts));
  assert.deepEqual([type, more.length], ["text/html", 0]);
  const table = new JSDOM(content).window.document.querySelector("table.machine");
  const rows = [...(table?.querySelectorAll("tr") ?? [])].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  assert.deepEqual(rows, Object.entries(facts));
});

test("elsewhere it prints a line a fact", async (t) => {
  const printed = t.mock.method(console, "log", () => {});
  showFacts(facts);
  assert.deepEqual(
    printed.mock.calls.map(({ arguments: [line] }) => line),
    ["this machine: processor: A <fast> & old one\nthis machine: threads: 2"],
  );
});
