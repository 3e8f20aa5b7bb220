import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Results } from "../../lib/cli/results";
import { compareNotebooks } from "../../lib/cli/notebooks/compare";
import { parseNotebook } from "../../lib/cli/notebooks/notebookFile";
import { copyCheckout, environmentWithKernel, removeCheckout } from "../support/checkout";
import { agreementOf } from "../support/reruns";

function whySkipped(): string | false {
  if (process.env.LOW_RANK_FULL !== "1") return "chapters once more take minutes: LOW_RANK_FULL=1 runs them";
  return spawnSync("jupyter", ["nbconvert", "--version"]).status !== 0 && "no jupyter nbconvert here";
}
const skip = whySkipped();
const committed = new Results();
const read = (file: string) => parseNotebook(readFileSync(file, "utf8"), file);

describe("real Jupyter gives the committed numbers of", { skip }, () => {
  let checkout: string;
  let environment: NodeJS.ProcessEnv;
  before(() => {
    checkout = copyCheckout("shared");
    environment = environmentWithKernel(checkout);
  });
  after(() => removeCheckout(checkout));

  // Chapters 5 to 7, which take minutes each, differ from these in nothing that Jupyter would see.
  for (const chapter of committed.choose(["1", "2", "3", "4"]))
    test(`chapter ${chapter.number}`, () => {
      const file = join("notebooks", `${chapter.name}.ipynb`);
      const args = ["nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=1800"];
      const { status, stderr } = spawnSync("jupyter", [...args, "--output-dir", "executed", file], {
        cwd: checkout,
        env: environment,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      const byJupyter = read(join(checkout, "executed", `${chapter.name}.ipynb`));
      assert.deepEqual(
        compareNotebooks(read(committed.source(chapter)), byJupyter, agreementOf(chapter)).differences,
        [],
      );
    });
});
