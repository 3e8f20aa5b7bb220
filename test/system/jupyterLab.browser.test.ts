import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { compareNotebooks, differenceLine } from "../../lib/cli/notebooks/compare";
import { type Notebook, readNotebook } from "../../lib/cli/notebooks/notebookFile";
import { Results } from "../../lib/cli/results";
import { buildFolder } from "../../lib/core/paths";
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
    // A cache of its own, since some of what is computed here is to be computed again next time.
    checkout = copyCheckout("own");
    const cache = join(buildFolder, "cache");
    if (existsSync(cache)) cpSync(cache, join(checkout, "build", "cache"), { recursive: true });
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
      const images = chapter.number === 1 ? 1 : 0; // figure 1-1 has no points
      assert.equal(drawn.hovered.length, figures - images);
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
      const pid = await notebook.ask<number>("process.pid");
      await notebook.edit(parameters, /threshold = 0\.95/, "threshold = 0.8");
      assert.equal(await notebook.runFrom(parameters), true);
      assert.deepEqual(await notebook.complaints(), []);
      const text = JSON.stringify((await notebook.content()).cells);
      for (const shown of ["threshold: 0.8 instead of 0.95", "k80", "components carry 80 %"])
        assert.ok(text.includes(shown), shown);
      await notebook.edit(parameters, /threshold = 0\.8/, "threshold = 0.95");
      assert.equal(await notebook.runFrom(parameters), true);
      isSame(first, await notebook.content(), 2);
      assert.equal(await notebook.ask<number>("process.pid"), pid);
    });
  });

  test("two chapters run at once, each in a kernel of its own, where names are completed and types told", async () => {
    const both = await Promise.all(["01-introduction.ipynb", "02-spectra.ipynb"].map((name) => lab.open(name)));
    const first = await Promise.all(both.map((notebook) => notebook.content()));
    assert.deepEqual(await Promise.all(both.map((notebook) => notebook.runFrom(0))), [true, true]);
    for (const [i, notebook] of both.entries()) {
      assert.deepEqual(await notebook.complaints(), []);
      isSame(first[i], await notebook.content(), i + 1);
    }
    const [one, other] = await Promise.all(both.map((notebook) => notebook.ask<number>("process.pid")));
    assert.notEqual(one, other);

    const [{ page }, cell] = [both[0], await both[0].type("singularV")];
    await page.keyboard.press("Tab");
    const offered = `document.querySelector(".jp-Completer:not(.lm-mod-hidden) .jp-mod-active")?.innerText`;
    assert.equal(await both[0].until(offered), "singularValues");
    await page.keyboard.press("Enter");
    assert.equal(await both[0].evaluate(`cells[${cell}].model.sharedModel.getSource()`), "singularValues");
    await page.keyboard.type("; svd(");
    await page.keyboard.press("Shift+Tab");
    const told = await both[0].until<string>(`document.querySelector(".jp-Tooltip")?.innerText`);
    assert.match(told ?? "", /svd\(matrix: Matrix\): /);
    for (const notebook of both) await notebook.close();
  });

  describe("with work under way in chapter 3", () => {
    let notebook: LabNotebook;
    let features: number;
    before(async () => {
      notebook = await lab.open("03-low-rank-head.ipynb");
      features = await notebook.find(/await features\(network, learnt/);
    });
    after(() => notebook?.close());

    /** Computes features that are in no cache, up to the middle. Returns the kernel's process id. */
    async function toTheMiddle(images: number): Promise<number> {
      await notebook.edit(await notebook.find(/^const keeps = /), /trainImages = \d+/, `trainImages = ${images}`);
      for (let index = 0; index < features; index++) assert.equal((await notebook.run(index)).ok, true);
      const pid = await notebook.ask<number>("process.pid");
      await notebook.start(`(panel.content.activeCellIndex = ${features}, app.commands.execute("notebook:run-cell"))`);
      const begun = `/first ${images} training images: [1-9]/`;
      assert.ok(await notebook.until(`${begun}.test(JSON.stringify(cells[${features}].model.outputs.toJSON()))`));
      return pid;
    }

    /** The features of the last run are those that these images get among more of them. */
    async function areValid(): Promise<void> {
      const cell = await notebook.type(""); // the last one
      const more = "await features(network, firstImages(images.train, 1024), engine, { cache: cache })";
      const apart =
        "train.features.data.reduce((most, value, i) => Math.max(most, Math.abs(value - more.features.data[i])), 0)";
      await notebook.edit(cell, /^/, `const more = ${more};\nconst apart = ${apart};\nconsole.log(apart < 1e-4);`);
      assert.deepEqual(await notebook.run(cell), { ok: true, stdout: "true\n", stderr: "" });
    }

    test("an interrupted cell stops within two seconds, and can be run again", async () => {
      const pid = await toTheMiddle(999);
      const clock = performance.now();
      await notebook.evaluate(`app.commands.execute("notebook:interrupt-kernel")`);
      assert.equal(await notebook.done(), false);
      const others = Math.max(1, loadavg()[0] / availableParallelism()); // the step under way waits for what else runs
      assert.ok(performance.now() - clock < 2000 * others);
      await sleep(2000);
      const seconds = "(process.cpuUsage().user + process.cpuUsage().system) / 1e6";
      const spent = await notebook.ask<number>(seconds);
      await sleep(2000);
      assert.ok((await notebook.ask<number>(seconds)) - spent < 0.3);
      const { ok, stderr } = await notebook.run(features);
      assert.deepEqual([ok, stderr, await notebook.ask<number>("process.pid")], [true, "", pid]);
      await areValid();
    });

    test("a killed kernel is started again, and its caches are valid", async () => {
      const pid = await toTheMiddle(1000);
      process.kill(pid, "SIGKILL");
      await notebook.page.click(".jp-Dialog .jp-mod-accept", { timeout: 60_000 }); // "The kernel appears to have died"
      assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
      for (let index = 0; index <= features; index++) assert.equal((await notebook.run(index)).ok, true);
      await areValid();
    });
  });
});
