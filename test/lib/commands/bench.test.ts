import assert from "node:assert/strict";
import { test } from "node:test";
import { bench } from "../../../lib/commands/bench";
import { textTable } from "../../../lib/commands/textTable";
import { UserError } from "../../../lib/errors";

test("an unknown option and a wrong number of threads are errors of one line", async () => {
  for (const args of [["--fast"], ["--threads", "0"], ["--weights", "no such file"]]) {
    await assert.rejects(bench(args), (error) => error instanceof UserError && !error.message.includes("\n"));
  }
});

test("a table's columns are as wide as their widest entry", () => {
  assert.equal(textTable(["a", "head"], [["long", "b"]]), "a     head\n────  ────\nlong  b");
});
