import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UserError } from "../../../../lib/core/errors";
import type { Notebook } from "../../../../lib/cli/notebooks/notebookFile";
import { injectParameters, isInjected, parametersOf } from "../../../../lib/cli/notebooks/parameters";
import { notebookOf } from "../../../support/notebooks";

const imports = `import { basename } from "node:path";\nimport { range as numbers, marks } from "./lib/index";\nconst { line } = marks;`;
const parameters =
  "// What one may vary\nconst keeps = [1, 0.5]; // shares\nconst seeds = range(40);\nconst rule = { a: 1 };";

function chapter(): Notebook {
  const notebook = notebookOf(imports, parameters, "const later = keeps.length;");
  notebook.cells[1].metadata = { tags: ["parameters"] };
  return notebook;
}

function injected(...settings: string[]): string[] {
  const notebook = chapter();
  injectParameters([{ number: 3, notebook }], settings);
  assert.deepEqual(
    notebook.cells.map(({ metadata }) => (metadata as { tags?: string[] }).tags?.[0]),
    [undefined, "parameters", "injected-parameters", undefined],
  );
  assert.equal(isInjected({ number: 3, notebook }), true);
  assert.equal(parametersOf(notebook), `${parameters}\n${notebook.cells[2].source}`);
  const [comment, ...lines] = notebook.cells[2].source.split("\n");
  assert.match(comment, /^\/\/ .*--set/);
  return lines;
}

test("values stand in a cell of their own after the parameters; of two for one name the last counts", () => {
  assert.deepEqual(injected("keeps=[1,0.3]", "seeds = numbers(5)"), [
    "const keeps = [1,0.3];",
    "const seeds = numbers(5);",
  ]);
  assert.deepEqual(injected("keeps=[1]", "keeps=[2]"), ["const keeps = [2];"]);
});

test("a value is any expression of what is known there", () => {
  for (const value of [
    ...["NaN", "-1.5e-3", '"a = b; c"', "`$" + "{basename('x')}`", "{ rule: keeps, [line]: 2 }", "[[1, 2], [3]]"],
    ...["numbers(3).map((seed, i) => { const next = seed + i; return next; })", "Math.max(...keeps)", "[1] as const"],
  ])
    assert.deepEqual(injected(`seeds=${value}`), [`const seeds = ${value};`]);
});

test("a remark behind a value is no part of it", () => {
  assert.deepEqual(injected("seeds=1 // [", "keeps=[1] /* one */"), ["const seeds = 1;", "const keeps = [1];"]);
});

test("without settings a notebook stays as it is", () => {
  const notebook = chapter();
  injectParameters([{ number: 3, notebook }], []);
  assert.deepEqual(notebook, chapter());
  assert.equal(isInjected({ number: 3, notebook }), false);
});

test("what was injected before is replaced", () => {
  const notebook = chapter();
  for (const value of ["[1]", "[2]"]) injectParameters([{ number: 3, notebook }], [`keeps=${value}`]);
  assert.equal(notebook.cells.length, 4);
  assert.match(notebook.cells[2].source, /keeps = \[2\]/);
});

test("of several notebooks those change that have the name", () => {
  const [three, six] = [chapter(), notebookOf("const threshold = 0.95;", "1")];
  six.cells[0].metadata = { tags: ["parameters"] };
  const both = [
    { number: 3, notebook: three },
    { number: 6, notebook: six },
  ];
  injectParameters(both, ["threshold=0.5"]);
  assert.deepEqual(both.map(isInjected), [false, true]);
  assert.throws(
    () => injectParameters(both, ["treshold=0.5"]),
    /chapter 3 are keeps, seeds, rule; .*chapter 6 are threshold$/,
  );
});

describe("one line that names the text and the parameters refuses", () => {
  const refused: [string, RegExp][] = [
    ["keep=[1]", /no parameter is called keep;/],
    ["later=1", /no parameter is called later;/],
    ["keeps", /write NAME=VALUE;/],
    ["=1", /write NAME=VALUE;/],
    ["keeps=", /"" is no value;/],
    ["keeps=[1,", /"\[1," is no value;/],
    ["keeps=1; process.exit()", /is no value;/],
    ["keeps=1), (2", /is no value;/],
    ["keeps=1) + (2", /is no value;/],
    ["keeps=1, 2", /"1, 2" is no value;/],
    ["keeps=return 1", /is no value;/],
    ["keeps=[one]", /one is not known where the parameters of chapter 3 stand;/],
    ["keeps=range(5)", /range is not known/], // imported under another name
    ["keeps=later", /later is not known/],
    ["keeps=[...keeps, 2]", /keeps is not known/],
    ["keeps=[1].map((x) => x * factor)", /factor is not known/],
  ];
  for (const [setting, reason] of refused)
    test(setting, () => {
      const notebook = chapter();
      const expected = (error: unknown) =>
        error instanceof UserError &&
        error.message.startsWith(`--set ${setting}: `) &&
        reason.test(error.message) &&
        /keeps, seeds, rule$/.test(error.message);
      assert.throws(() => injectParameters([{ number: 3, notebook }], [setting]), expected);
      assert.deepEqual(notebook, chapter());
    });
});
