import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { codeCells, parseNotebook } from "../../lib/cli/notebooks/notebookFile";
import { Results } from "../../lib/cli/results";
import { root } from "../../lib/core/paths";

// Which folder may import which is checked by dependency-cruiser in npm run check.

const files = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && ["lib", "test"].includes(entry.name))
  .flatMap(({ name }) => filesUnder(join(root, name)));

interface Place {
  folder: string;
  file: string;
}

function filesUnder(folder: string): Place[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [{ folder, file: join(folder, entry.name) }],
  );
}

const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

test("no folder of lib or test has more than 20 files side by side", () => {
  for (const folder of new Set(files.map((place) => place.folder))) {
    const count = files.filter((place) => place.folder === folder).length;
    assert.ok(count <= 20, `${folder}: ${count} files`);
  }
});

// 13,000 was the aim for chapters 1 to 7; readers of checkpoints and images as people have them, int8 and gradients came on top.
test("lib has at most 18,500 lines of TypeScript", () => {
  const sources = files.filter(({ file }) => file.startsWith(join(root, "lib")) && file.endsWith(".ts"));
  const lines = sources.reduce((sum, { file }) => sum + readFileSync(file, "utf8").split("\n").length - 1, 0);
  assert.ok(lines <= 18_500, `${lines} lines`);
});

test("the door of chapters 1 to 6 has at most 60 names", () => {
  const lists = [...read("lib", "index.ts").matchAll(/^export (?:type )?(\* as \w+|\{[^}]*\})/gm)];
  const names = lists.flatMap(([, list]) => list.match(/[^{},\s][^{},]*/g));
  assert.ok(names.length <= 60, `${names.length} names`);
});

for (const chapter of new Results().all())
  describe(`the notebook of chapter ${chapter.number}`, () => {
    const notebook = parseNotebook(read("notebooks", `${chapter.name}.ipynb`), chapter.name);
    const cells = codeCells(notebook);

    test("imports in one cell, from lib's doors or from packages", () => {
      const importing = cells.filter(({ source }) => /^import\b/m.test(source));
      assert.equal(importing.length, 1);
      const local = [...importing[0].source.matchAll(/from "(\.[^"]*)"/g)].map(([, from]) => from);
      for (const from of local)
        assert.ok(["./lib", "./lib/index", "./lib/compression", "./lib/compression/index"].includes(from), from);
    });

    test("keeps what table and settle give, since tslab prints the value of a cell's last expression", () => {
      for (const { source } of cells) assert.doesNotMatch(source, /^await (table|settle)\(/m);
    });

    test("has short cells: half of them at most 8 lines, none over 20", () => {
      const lengths = cells.map(({ source }) => source.split("\n").filter((line) => line.trim()).length);
      lengths.sort((a, b) => a - b);
      assert.ok(lengths[Math.floor(lengths.length / 2)] <= 8, lengths.join(" "));
      assert.ok(lengths.at(-1)! <= 20, lengths.join(" "));
    });

    test("has one cell tagged parameters, of plain constants, before the chapter is opened", () => {
      const tagged = cells.filter(({ metadata }) => (metadata as { tags?: string[] }).tags?.includes("parameters"));
      assert.equal(tagged.length, 1);
      for (const line of tagged[0].source.split("\n")) assert.match(line, /^(const \w+ = .*;( \/\/.*)?|\/\/.*|)$/);
      const opening = cells.findIndex(({ source }) => source.includes("openChapter("));
      assert.ok(cells.indexOf(tagged[0]) <= opening);
    });
  });
