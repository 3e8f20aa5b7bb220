import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { codeCells, parseNotebook } from "../../../../lib/cli/notebooks/notebookFile";
import { Results } from "../../../../lib/cli/results";

const { callCompiler } = require("../../../../lib/cli/notebooks/compiler.cjs");

interface Converted {
  output?: string;
  declOutput?: string;
  diagnostics: { messageText: string; start: { line: number; character: number } }[];
}

describe("the kernel's compiler", () => {
  let id: number;
  before(() => {
    id = callCompiler("create", { isJS: false, isBrowser: false });
  });
  const complaints = (cell: string) => (callCompiler("convert", id, "", cell) as Converted).diagnostics;

  test("tells in one line which names a cell lacks, in their order, each once, at the place of the first", () => {
    const [first, ...others] = complaints(
      "const a = 1;\nconst b = alpha(beta, { a, gamma }) + beta + delta.epsilon(a);",
    );
    assert.deepEqual(others, []);
    assert.match(first.messageText, /: alpha, beta, gamma, delta\. /);
    assert.deepEqual([first.start.line, first.start.character], [1, 10]);
  });

  test("leaves other complaints as they are", () => {
    const [one, two, ...others] = complaints("const x: number = 'text'; unheardOf(x);");
    assert.deepEqual(others, []);
    assert.match(one.messageText, /unheardOf/);
    assert.match(two.messageText, /not assignable to type 'number'/);
    assert.deepEqual(complaints("const x: number = 1;"), []);
  });

  test("knows the type of a function at its name and within its brackets, and of nothing elsewhere", () => {
    const textAt = (source: string, at: number) => {
      const found = callCompiler("inspect", id, "declare function half(x: number): number;", source, at);
      return found?.displayParts.map(({ text }: { text: string }) => text).join("");
    };
    for (const [source, at] of [
      ["half(", 2],
      ["half(", 5],
      ["half(1, ", 8],
    ] as const)
      assert.equal(textAt(source, at), "function half(x: number): number", source);
    for (const source of ["1 + ", "half(1); "]) assert.equal(textAt(source, source.length), undefined, source);
  });
});

// tslab turns a pattern { network: each } into { exports, network: each } where an earlier cell has a network: then all that
// earlier cells gave is undefined within.
describe("the cells compile, and no pattern in them renames what an earlier cell is named,", () => {
  const results = new Results();
  for (const chapter of results.all())
    test(`of chapter ${chapter.number}`, () => {
      const id = callCompiler("create", { isJS: false, isBrowser: false });
      let declared = "";
      for (const { source } of codeCells(parseNotebook(readFileSync(results.source(chapter), "utf8"), chapter.name))) {
        const {
          diagnostics,
          output = "",
          declOutput = "",
        } = callCompiler("convert", id, declared, source) as Converted;
        assert.deepEqual(diagnostics, []);
        assert.doesNotMatch(output, /[{,]\s*exports\s*[,}]/, source);
        declared = declOutput;
      }
      callCompiler("close", id);
    });
});
