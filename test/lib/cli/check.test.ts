import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkLines, requireSameAssets } from "../../../lib/cli/check";
import { codeCells, writeNotebook } from "../../../lib/cli/notebooks/notebookFile";
import { Results } from "../../../lib/cli/results";
import { UserError } from "../../../lib/core/errors";
import { notebookOf } from "../../support/notebooks";

const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
after(() => rmSync(folder, { recursive: true }));
const results = new Results(join(folder, "build"), join(folder, "notebooks"));

async function commit(name: string, text: string): Promise<void> {
  const notebook = notebookOf("openChapter()");
  if (text) codeCells(notebook)[0].outputs = [{ output_type: "stream", name: "stdout", text }];
  await writeNotebook(join(folder, "notebooks", `${name}.ipynb`), notebook);
}

test("a chapter gets a line, and each difference one more", () => {
  const equal = { numbers: 182, equal: 182, leftOut: 7, differences: [] };
  assert.equal(
    checkLines("chapter 3", equal),
    "chapter 3: 182 numbers, all equal; 7 left out as times or facts of the machine",
  );
  assert.match(
    checkLines("chapter 3", { ...equal, equal: 180 }),
    /182 numbers, 180 equal, the others within 0\.75 %; 7/,
  );
  const differences = [{ where: "cell 2 (svd(a)), output 1", was: "94", is: "95", context: "rank 94" }];
  assert.equal(
    checkLines("chapter 3", { ...equal, equal: 181, differences }),
    "chapter 3: 182 numbers, 181 equal, differences: 1; 7 left out as times or facts of the machine\n  cell 2 (svd(a)), output 1: was 94, is 95 in “rank 94”",
  );
});

test("a check on other weights or images than the committed outputs rest on is refused in one line", async () => {
  await commit("01-on-the-demo", "weights: demo (sha256 aaaaaaaaaaaa…)\nimages: demo (sha256 bbbbbbbbbbbb…)");
  await commit("02-cleared", "");
  const check = (chapter: string, ...inUse: string[]) =>
    requireSameAssets(
      results,
      results.choose([chapter]),
      inUse.map((start) => start.padEnd(64, "0")),
    );
  await check("1", "aaaaaaaaaaaa", "bbbbbbbbbbbb");
  const refused = (reason: RegExp) => (error: unknown) => error instanceof UserError && reason.test(error.message);
  await assert.rejects(
    check("1", "cccccccccccc", "bbbbbbbbbbbb"),
    refused(/^chapter 1 cannot be checked: .* \(sha256 aaaaaaaaaaaa\) than those in use$/),
  );
  await assert.rejects(
    check("2", "aaaaaaaaaaaa", "bbbbbbbbbbbb"),
    refused(/^chapter 2 is committed without outputs to compare with$/),
  );
});
