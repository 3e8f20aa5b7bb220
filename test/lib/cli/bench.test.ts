import assert from "node:assert/strict";
import { test } from "node:test";
import { bench } from "../../../lib/cli/bench";
import { textTable } from "../../../lib/cli/textTable";
import { UserError } from "../../../lib/core/errors";

test("an unknown option and a wrong number of threads are errors of one line", async () => {
  for (const args of [["--fast"], ["--threads", "0"], ["--weights", "no such file"]]) {
    await assert.rejects(bench(args), (error) => error instanceof UserError && !error.message.includes("\n"));
  }
});

test("a table's columns are as wide as their widest entry", () => {
  assert.equal(textTable(["a", "head"], [["long", "b"]]), "a     head\n────  ────\nlong  b");
});
