import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { agreement, type Checked, checkRun, checkText, readBaseline, writeCheck } from "../../../lib/cli/check";
import { codeCells, type Notebook, writeNotebook } from "../../../lib/cli/notebooks/notebookFile";
import { FileError } from "../../../lib/core/errors";
import { notebookOf } from "../../support/notebooks";

const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
after(() => rmSync(folder, { recursive: true }));

function chapter(text: string, parameters = "const seeds = 40;"): Notebook {
  const notebook = notebookOf(parameters, "openChapter()");
  notebook.cells[0].metadata = { tags: ["parameters"] };
  if (text) codeCells(notebook)[1].outputs = [{ output_type: "stream", name: "stdout", text }];
  return notebook;
}

const asset = (start: string) => ({ provenance: "demo", sha256: start.padEnd(64, "0") }) as const;
const inUse = [asset("aaaaaaaaaaaa"), asset("bbbbbbbbbbbb")];
const banner = "weights: demo (sha256 aaaaaaaaaaaa…)\nimages: demo (sha256 bbbbbbbbbbbb…)";

describe("a run to compare with", () => {
  const read = async (name: string, notebook?: Notebook) => {
    if (notebook) await writeNotebook(join(folder, `${name}.ipynb`), notebook);
    return readBaseline({ name, notebook: chapter("") }, folder, inUse);
  };

  test("is read with its outputs", async () => {
    const notebook = await read("01-demo", chapter(`${banner}\n94`));
    assert.equal(checkRun(1, notebook, chapter(`${banner}\n94`)).numbers, 1);
  });

  const refused: [string, Notebook | undefined, RegExp][] = [
    ["that is missing", undefined, /does not exist$/],
    ["without outputs", chapter(""), /no outputs/],
    ["on other weights", chapter(banner.replace("aaaa", "cccc")), /\(sha256 ccccaaaaaaaa\)/],
    ["with other parameters", chapter(banner, "const seeds = 5;"), /other parameters/],
  ];
  for (const [name, notebook, reason] of refused)
    test(`${name} is refused by its file`, async () => {
      const file = join(folder, `${name}.ipynb`);
      await assert.rejects(
        read(name, notebook),
        (error) => error instanceof FileError && error.file === file && reason.test(error.reason),
      );
    });

  test("with injected parameters is refused by its file, too", async () => {
    const varied = chapter(banner);
    const [{ metadata: _, ...cell }] = notebookOf("const seeds = 5;").cells;
    varied.cells.splice(1, 0, { ...cell, metadata: { tags: ["injected-parameters"] } });
    await assert.rejects(read("injected", varied), /other parameters/);
  });
});

const none: Checked = { chapter: 3, numbers: 1182, equal: 1182, close: 0, leftOut: 7, differences: [] };
const difference = { where: "cell 2 (svd(a)), output 1", was: "94", is: "95", context: "rank 94" };
const differing: Checked = { ...none, chapter: 4, equal: 1180, close: 1, differences: [difference] };

/** Differences, cells of the table and last sentence. */
function parts(checked: Checked[]) {
  const lines = checkText(checked, "that run").split("\n");
  const rule = lines.findIndex((line) => line.startsWith("─"));
  const rows = lines.slice(rule + 1, rule + 1 + checked.length).map((row) => row.trim().split(/ {2,}/));
  assert.equal(lines.length, rule + checked.length + 3);
  return { differences: lines.slice(0, rule - 1).filter(Boolean), rows, sentence: lines[lines.length - 1] };
}

test("it ends in a table and a sentence that says whether all agree", () => {
  const { differences, rows, sentence } = parts([none, { ...none, chapter: 5, equal: 1180, close: 2 }]);
  assert.deepEqual(differences, []);
  assert.deepEqual(rows, [
    ["3", "1182", "1182", "0", "0", "7"],
    ["5", "1182", "1180", "2", "0", "7"],
  ]);
  assert.match(sentence, /agrees with that run: 2,364 numbers, all but 2 /);
  assert.match(parts([none]).sentence, /1,182 numbers, to the last digit\.$/);
});

test("differences stand before the table, each with chapter, cell, both numbers and the text around", () => {
  const { differences, rows, sentence } = parts([none, differing]);
  assert.deepEqual(differences, ["chapter 4, cell 2 (svd(a)), output 1: was 94, is 95 in “rank 94”"]);
  assert.deepEqual(rows[1], ["4", "1182", "1180", "1", "1", "7"]);
  assert.match(sentence, /differs from that run .* chapter 4\.$/);
});

test("where a chapter has hundreds of them, some are shown and the others counted", () => {
  const { differences, rows } = parts([{ ...differing, differences: Array.from({ length: 300 }, () => difference) }]);
  assert.ok(differences.length < 30);
  assert.equal(rows[0][4], "300");
  assert.ok(differences.pop()?.includes(String(300 - differences.length)));
});

test("the file holds the verdict, what was compared on what, how closely, and every difference", async () => {
  const file = join(folder, "check.json");
  const about = { against: "that run", threads: 2, weights: inUse[0], images: inUse[1] };
  await writeCheck(file, [none, differing], about);
  const { machine, ...content } = JSON.parse(readFileSync(file, "utf8"));
  const { weights, images } = about;
  assert.deepEqual(content, {
    ...{ agrees: false, against: "that run", threads: 2, weights, images, tolerance: agreement },
    chapters: [none, differing],
  });
  assert.equal(machine.node, process.version);
  await writeCheck(file, [none], about);
  assert.equal(JSON.parse(readFileSync(file, "utf8")).agrees, true);
});
