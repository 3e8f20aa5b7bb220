import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FileError } from "../../../../lib/core/errors";
import {
  cellLabel,
  codeCells,
  notebookText,
  parseNotebook,
  readNotebook,
} from "../../../../lib/cli/notebooks/notebookFile";
import { root } from "../../../../lib/core/paths";

const file = join(root, "test", "fixtures", "notebooks", "written-by-nbformat.ipynb");
const text = readFileSync(file, "utf8");

test("what is read and written again is what Jupyter's own library writes, byte for byte", async () => {
  assert.equal(notebookText(await readNotebook(file)), text);
});

test("text that is stored as lines is read as one string", async () => {
  const [cell] = codeCells(parseNotebook(text, file));
  assert.equal(cell.source, "const a = 1;\na");
  assert.deepEqual(cell.outputs[0], { output_type: "stream", name: "stdout", text: "one\ntwo\n\nfour" });
  assert.equal("data" in cell.outputs[1] && cell.outputs[1].data["image/png"], "iVBORw0KGgo=");
});

test("a cell is called by its beginning, on one line and shortened", () => {
  assert.equal(cellLabel("\n  \nawait show({\n  number: 1,\n});"), "await show({ number: 1, });");
  assert.equal(cellLabel("x".repeat(100)), `${"x".repeat(71)}…`);
  assert.equal(cellLabel(""), "");
});

const damaged: [string, (notebook: { [key: string]: unknown }) => unknown, RegExp][] = [
  ["another format", (notebook) => ({ ...notebook, nbformat: 3 }), /not a Jupyter notebook of format 4\.5/],
  ["cells without ids", (notebook) => ({ ...notebook, nbformat_minor: 4 }), /not a Jupyter notebook of format 4\.5/],
  ["no object", () => null, /not a Jupyter notebook/],
  ["no cells", (notebook) => ({ ...notebook, cells: 3 }), /not a Jupyter notebook/],
  ["a cell that is none", (notebook) => ({ ...notebook, cells: [null] }), /cell 1 has no id/],
  [
    "an unknown cell",
    (notebook) => ({ ...notebook, cells: [{ id: "a", cell_type: "x" }] }),
    /cell 1 is of the unknown type x/,
  ],
  ["no source", (notebook) => ({ ...notebook, cells: [{ id: "a", cell_type: "raw" }] }), /cell 1 has no source/],
  [
    "an unknown output",
    (notebook) => ({ ...notebook, cells: [{ id: "a", cell_type: "code", source: "", outputs: [{}] }] }),
    /cell 1 has an output of an unknown type/,
  ],
];
for (const [name, damage, message] of damaged)
  test(`refused with one line: ${name}`, () => {
    const content = JSON.stringify(damage(JSON.parse(text)));
    assert.throws(
      () => parseNotebook(content, "some.ipynb"),
      (error) => error instanceof FileError && message.test(error.message) && error.message.startsWith("some.ipynb: "),
    );
  });

test("damaged JSON and a missing file are refused with one line", async () => {
  assert.throws(
    () => parseNotebook(text.slice(0, 300), "some.ipynb"),
    /^FileError: some\.ipynb: is not a notebook: its JSON is damaged/,
  );
  await assert.rejects(readNotebook("/nowhere/some.ipynb"), /^FileError: \/nowhere\/some\.ipynb: does not exist$/);
});
