import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { compareNotebooks, differenceLine } from "../../lib/cli/notebooks/compare";
import { type Notebook, readNotebook } from "../../lib/cli/notebooks/notebookFile";
import { Results } from "../../lib/cli/results";
import { copyCheckout, removeCheckout } from "../support/checkout";
import { Lab, labMissing, type LabNotebook, type Sight } from "../support/jupyterLab";
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

/** The numbers of a chapter are the same again. */
function isSame(first: Notebook, again: Notebook, number: number): void {
  const { differences } = compareNotebooks(first, again, agreementOf({ number }));
  assert.deepEqual(differences.map(differenceLine), []);
}

describe("JupyterLab", { skip }, () => {
  let checkout: string;
  let lab: Lab;
  before(async () => {
    checkout = copyCheckout("shared");
    lab = await Lab.start(checkout);
  });
  after(async () => {
    await lab?.close();
    removeCheckout(checkout);
    const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
    assert.ok(!stdout.includes(checkout), "a process is left behind");
  });

  for (const chapter of chapters)
    test(`restarts the kernel and runs all cells of chapter ${chapter.number}`, async () => {
      const before = await readNotebook(committed.source(chapter));
      const figures = JSON.stringify(before).split('class=\\"low-rank-figure').length - 1;
      const notebook = await lab.open(`${chapter.name}.ipynb`);
      assert.equal(await notebook.evaluate("panel.sessionContext.kernelDisplayName"), "TypeScript (low-rank-resnet)");
      const untrusted = await notebook.look(false);
      assert.equal(untrusted.pictures, figures);
      isWellSet(untrusted);

      assert.equal(await notebook.restartAndRunAll(), true);
      assert.deepEqual(await notebook.complaints(), []);
      isSame(before, await notebook.content(), chapter.number);
      const drawn = await notebook.look(true);
      assert.equal(drawn.hovered.length, figures);
      for (const label of drawn.hovered) assert.match(label, /\d/);
      assert.equal(drawn.pictures, 0);
      isWellSet(drawn);
      await notebook.close();
    });

  describe("for an analyst in chapter 2", () => {
    let notebook: LabNotebook;
    before(async () => {
      notebook = await lab.open("02-spectra.ipynb");
    });
    after(() => notebook?.close());

    test("a cell out of order says in one line what is missing, and runs once that was run", async () => {
      const cell = await notebook.find(/const values = singularValues\(matrix\)/);
      const early = await notebook.run(cell);
      assert.equal(early.ok, false);
      assert.match(early.stderr, /^\d+:\d+ - .*weightMatrix, layerOf, network, layers, singularValues.*\n$/);
      await sleep(300); // tslab refuses cells for 200 ms after an error
      for (let index = 0; index <= cell; index++) {
        const { ok, stderr } = await notebook.run(index);
        assert.deepEqual([ok, stderr], [true, ""]);
      }
    });

    test("a cell that was run twice shows the same, and its figures once", async () => {
      assert.equal(await notebook.runFrom(0), true);
      const first = await notebook.content();
      for (const pattern of [/openChapter\(/, /table\("2-1"/, /await scatter\(/]) {
        const { ok, stderr } = await notebook.run(await notebook.find(pattern));
        assert.deepEqual([ok, stderr], [true, ""], String(pattern));
      }
      isSame(first, await notebook.content(), 2);
      assert.equal((await notebook.look(true)).pictures, 0);
    });

    test("another value among the parameters changes all below, without a restart, and back", async () => {
      const parameters = await notebook.find(/^const layers = /);
      const first = await notebook.content();
      const pid = await notebook.pid();
      await notebook.edit(parameters, /threshold = 0\.95/, "threshold = 0.8");
      assert.equal(await notebook.runFrom(parameters), true);
      assert.deepEqual(await notebook.complaints(), []);
      const text = JSON.stringify((await notebook.content()).cells);
      for (const shown of ["threshold: 0.8 instead of 0.95", "k80", "components carry 80 %"])
        assert.ok(text.includes(shown), shown);
      await notebook.edit(parameters, /threshold = 0\.8/, "threshold = 0.95");
      assert.equal(await notebook.runFrom(parameters), true);
      isSame(first, await notebook.content(), 2);
      assert.equal(await notebook.pid(), pid);
    });

    test("names are completed, and a function's type is told behind its name and its bracket", async () => {
      const cell = await notebook.type("rankForV");
      await notebook.page.keyboard.press("Tab");
      const offered = `document.querySelector(".jp-Completer:not(.lm-mod-hidden) .jp-mod-active")?.innerText`;
      assert.equal(await notebook.until(offered), "rankForVariance");
      await notebook.page.keyboard.press("Enter");
      assert.equal(await notebook.evaluate(`cells[${cell}].model.sharedModel.getSource()`), "rankForVariance");
      await notebook.page.keyboard.type("(");
      await notebook.page.keyboard.press("Shift+Tab");
      const told = await notebook.until<string>(`document.querySelector(".jp-Tooltip")?.innerText`);
      assert.match(told ?? "", /rankForVariance: \(spectrum: .*, threshold: number\) => number/);
    });
  });

  test("two chapters run at once, each in a kernel of its own", async () => {
    const both = await Promise.all(["01-introduction.ipynb", "02-spectra.ipynb"].map((name) => lab.open(name)));
    const first = await Promise.all(both.map((notebook) => notebook.content()));
    assert.deepEqual(await Promise.all(both.map((notebook) => notebook.runFrom(0))), [true, true]);
    for (const [i, notebook] of both.entries()) {
      assert.deepEqual(await notebook.complaints(), []);
      isSame(first[i], await notebook.content(), i + 1);
    }
    const [one, other] = await Promise.all(both.map((notebook) => notebook.pid()));
    assert.notEqual(one, other);
    for (const notebook of both) await notebook.close();
  });

  test("a kernel killed in the middle of a cell leaves nothing behind, and the chapter runs after a restart", async () => {
    const notebook = await lab.open("03-low-rank-head.ipynb");
    const [parameters, features] = [
      await notebook.find(/^const keeps = /),
      await notebook.find(/await features\(network, learnt/),
    ];
    await notebook.edit(parameters, /trainImages = 1024/, "trainImages = 1000"); // not in the cache yet
    for (let index = 0; index < features; index++) assert.equal((await notebook.run(index)).ok, true);
    const pid = await notebook.pid();
    await notebook.start(`(panel.content.activeCellIndex = ${features}, app.commands.execute("notebook:run-cell"))`);
    await notebook.until(
      `/features of 1000 .*: [1-9]/.test(JSON.stringify(cells[${features}].model.outputs.toJSON()))`,
    );
    process.kill(pid, "SIGKILL");
    await notebook.page.click(".jp-Dialog .jp-mod-accept", { timeout: 60_000 }); // "The kernel appears to have died"
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    assert.equal(await notebook.restartAndRunAll(), true);
    assert.deepEqual(await notebook.complaints(), []);
    await notebook.close();
  });
});
