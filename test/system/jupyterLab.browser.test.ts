import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compareNotebooks, differenceLine } from "../../lib/cli/notebooks/compare";
import { readNotebook } from "../../lib/cli/notebooks/notebookFile";
import { Results } from "../../lib/cli/results";
import { copyCheckout, removeCheckout } from "../support/checkout";
import { Lab, labMissing, type Sight } from "../support/jupyterLab";
import { agreementOf } from "../support/reruns";

const skip = labMissing();
const committed = new Results();
const chapters = process.env.LOW_RANK_FULL === "1" ? committed.all() : committed.choose(["2", "3"]);

/** Persian runs from right to left, and nothing is wider than the page. */
function isWellSet({ persian, wronglyLeftToRight, tooWide }: Sight): void {
  assert.ok(persian > 0);
  assert.deepEqual(wronglyLeftToRight, []);
  assert.deepEqual(tooWide, []);
}

describe("JupyterLab: Restart Kernel and Run All Cells in", { skip }, () => {
  let checkout: string;
  let lab: Lab;
  before(async () => {
    checkout = copyCheckout("shared");
    lab = await Lab.start(checkout);
  });
  after(async () => {
    await lab?.close();
    removeCheckout(checkout);
  });

  for (const chapter of chapters)
    test(`chapter ${chapter.number}`, async () => {
      const before = await readNotebook(committed.source(chapter));
      const figures = JSON.stringify(before).split('class=\\"low-rank-figure').length - 1;
      const notebook = await lab.open(`${chapter.name}.ipynb`);
      assert.equal(await notebook.evaluate("panel.sessionContext.kernelDisplayName"), "TypeScript (low-rank-resnet)");
      const untrusted = await notebook.look(false);
      assert.equal(untrusted.pictures, figures);
      isWellSet(untrusted);

      assert.equal(await notebook.restartAndRunAll(), true);
      assert.deepEqual(await notebook.complaints(), []);
      const { differences } = compareNotebooks(before, await notebook.content(), agreementOf(chapter));
      assert.deepEqual(differences.map(differenceLine), []);
      const drawn = await notebook.look(true);
      assert.equal(drawn.hovered.length, figures);
      for (const label of drawn.hovered) assert.match(label, /\d/);
      assert.equal(drawn.pictures, 0);
      isWellSet(drawn);
      await notebook.close();
    });
});
