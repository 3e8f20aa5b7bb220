import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { writeKernelspec } from "../../lib/cli/jupyter/kernelspec";
import { executeNotebook } from "../../lib/cli/notebooks/execute";
import { codeCells, readNotebook, writeNotebook } from "../../lib/cli/notebooks/notebookFile";
import { buildFolder, root } from "../../lib/core/paths";
import { copyCheckout, removeCheckout } from "../support/checkout";
import { notebookOf } from "../support/notebooks";

const skip = spawnSync("jupyter", ["nbconvert", "--version"]).status !== 0 && "no jupyter nbconvert here";

test("Jupyter runs a notebook with the project's kernelspec to the same outputs as the project's runner", {
  skip,
}, async () => {
  mkdirSync(buildFolder, { recursive: true });
  const folder = mkdtempSync(join(buildFolder, "test-"));
  try {
    const notebook = notebookOf(
      `import { sizeOf } from "./lib/core/tensor";\nimport { display, newDisplay } from "tslab";\nconst shape = [2, 3];`,
      `console.log(sizeOf(shape));\nprocess.env.GREETING`,
      `const shown = newDisplay();\nshown.html("<b>0 %</b>");\nawait new Promise((done) => setTimeout(done, 50));\nshown.html("<b>100 %</b>");`,
      `display.png(Buffer.from("picture"));\ndisplay.markdown("**k** = 5\\nand more");`,
      `process.cwd()`,
    );
    const file = join(folder, "deep", "small.ipynb");
    await writeNotebook(file, notebook);
    const path = await writeKernelspec({ GREETING: "hello" });
    const env = { ...process.env, JUPYTER_PATH: [path, process.env.JUPYTER_PATH].filter(Boolean).join(delimiter) };
    const args = ["nbconvert", "--to", "notebook", "--execute", "--output", "jupyter", file];
    const { status, stderr } = spawnSync("jupyter", args, { env, encoding: "utf8" });
    assert.equal(status, 0, stderr);

    await executeNotebook(notebook, { title: "small", environment: { GREETING: "hello" } });
    const byJupyter = await readNotebook(join(folder, "deep", "jupyter.ipynb"));
    const [own, jupyters] = [notebook, byJupyter].map((one) => codeCells(one).map(({ outputs }) => outputs));
    assert.deepEqual(own, jupyters);
    assert.deepEqual(notebook.metadata, byJupyter.metadata);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("tslab's stock kernel, which starts beside the notebook, hands over to the project's", { skip }, async () => {
  const checkout = copyCheckout("shared");
  try {
    const file = join(checkout, "notebooks", "small.ipynb");
    await writeNotebook(file, notebookOf(`import { range } from "./lib/index";`, `range(3).length`));
    const tslab = join(root, "node_modules", "tslab", "bin", "tslab");
    const argv = [process.execPath, tslab, "kernel", "--config-path", "{connection_file}"];
    const stock = join(checkout, "build", "kernels", "tslab");
    mkdirSync(stock, { recursive: true });
    writeFileSync(
      join(stock, "kernel.json"),
      JSON.stringify({ argv, display_name: "TypeScript", language: "typescript" }),
    );
    const env = { ...process.env, JUPYTER_PATH: join(checkout, "build") };
    const args = ["nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.kernel_name=tslab", "--inplace"];
    const { status, stderr } = spawnSync("jupyter", [...args, file], { env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const [, { outputs }] = codeCells(await readNotebook(file));
    assert.deepEqual(outputs, [{ output_type: "stream", name: "stdout", text: "3\n" }]);
  } finally {
    removeCheckout(checkout);
  }
});
