import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { JSDOM } from "jsdom";
import type { Claim } from "../../lib/claims/claims";
import { codeCells, type Notebook, parseNotebook } from "../../lib/cli/notebooks/notebookFile";
import { copyCheckout, removeCheckout, runCommand } from "../support/checkout";

const read = (file: string): Notebook => parseNotebook(readFileSync(file, "utf8"), file);

/** Changes values in the `parameters` cell of a chapter, as a reader would. */
function vary(file: string, values: Record<string, unknown>): void {
  const notebook = read(file);
  const isTagged = ({ metadata }: { metadata: { tags?: string[] } }) => metadata.tags?.includes("parameters");
  const cell = codeCells(notebook).find(isTagged) ?? assert.fail(`${file} has no cell tagged parameters`);
  for (const [name, value] of Object.entries(values)) {
    assert.match(cell.source, new RegExp(`^const ${name} = `, "m"));
    const line = new RegExp(`^const ${name} = .*$`, "m");
    cell.source = cell.source.replace(line, `const ${name} = ${JSON.stringify(value)};`);
  }
  writeFileSync(file, JSON.stringify(notebook));
}

/** What a notebook's cells show as HTML and Markdown. */
class Shown {
  private readonly outputs: string[];

  constructor(file: string) {
    const bundles = codeCells(read(file)).flatMap(({ outputs }) =>
      outputs.flatMap((output) => ("data" in output ? [output.data] : [])),
    );
    this.outputs = bundles.map((data) => String(data["text/html"] ?? data["text/markdown"] ?? ""));
  }

  text(): string {
    return this.outputs.filter((output) => !output.includes("low-rank-figure")).join("\n");
  }

  /** Rows of the table of that number, as texts, the heads first. */
  table(number: string): string[][] {
    const html = this.outputs.find((output) => output.includes(`<b>Table ${number}</b>`)) ?? assert.fail(number);
    const rows = [...new JSDOM(html).window.document.querySelectorAll("tr")];
    return rows.map((row) => [...row.children].map(({ textContent }) => textContent ?? ""));
  }

  /** Plotly's own description of the figure whose title begins so. */
  figure(title: string): { data: { name?: string; y: number[] }[]; layout: { title: { text: string } } } {
    const html = this.outputs.find((output) => output.includes(`aria-label="${title}`)) ?? assert.fail(title);
    return JSON.parse(html.match(/<script type="application\/json">(.*?)<\/script>/s)![1]);
  }
}

describe("chapters 2 and 3 with other layers, another threshold, three other keep ratios, another rate and five seeds", () => {
  let checkout: string;
  let answer: ReturnType<typeof runCommand>;
  const notebook = (name: string, folder = "notebooks") => join(checkout, folder, `${name}.ipynb`);
  const shown = (name: string) => new Shown(notebook(name, "build/notebooks"));
  const claimsOf = (chapter: number): Claim[] =>
    JSON.parse(readFileSync(join(checkout, "build", "claims", "varied", `chapter-${chapter}.json`), "utf8"));
  before(() => {
    checkout = copyCheckout("shared");
    vary(notebook("02-spectra"), { layers: ["layer4.1.conv2", "layer1.0.conv1", "fc"], threshold: 0.9 });
    vary(notebook("03-low-rank-head"), { keeps: [1, 0.7, 0.3], learningRate: 0.02, seeds: 5 });
    answer = runCommand(checkout, ["start", "2", "3"]);
  });
  after(() => removeCheckout(checkout));

  test("run to their ends and say under the banner what is not the report's", () => {
    assert.equal(answer.status, 0, answer.stderr);
    assert.match(shown("02-spectra").text(), /threshold: 0\.9 instead of 0\.95/);
    const [keeps, rate, seeds] = ["keeps: [1,0.7,0.3]", "learningRate: 0.02 instead of 0.1", "seeds: 5 instead of 40"];
    for (const text of [keeps, rate, seeds]) assert.ok(shown("03-low-rank-head").text().includes(text), text);
  });

  test("the layers and the threshold are those of the tables, the figures and the text", () => {
    const chapter = shown("02-spectra");
    const [heads, ...rows] = chapter.table("2-1");
    assert.ok(heads.includes("k90"));
    assert.deepEqual(
      rows.slice(0, 3).map(([layer, matrix]) => [layer, matrix]),
      [
        ["layer4.1.conv2", "512 × 4608"],
        ["layer1.0.conv1", "64 × 576"],
        ["fc", "1000 × 512"],
      ],
    );
    assert.deepEqual(chapter.table("2-2")[0].slice(1), ["layer4.1.conv2", "layer1.0.conv1", "fc"]);
    assert.match(chapter.figure("Figure 2-1").layout.title.text, /layer4\.1\.conv2/);
    assert.match(chapter.figure("Cumulative variance of fc").layout.title.text, /fc/);
    assert.match(chapter.text(), /90 % of the variance takes [\d.]+ % of layer4\.1\.conv2's components/);
    assert.doesNotMatch(chapter.text(), /layer2\.0\.conv1, 128/);
  });

  test("the keep ratios, the rate and the seeds are those of the table, the figure and the text", () => {
    const chapter = shown("03-low-rank-head");
    const [heads, ...rows] = chapter.table("3-1");
    assert.ok(heads.some((head) => head.startsWith("median of 5 seeds")));
    const names = ["base", "keep 0.7 (k = 7)", "keep 0.3 (k = 3)"];
    assert.deepEqual(
      rows.map(([name, parameters]) => [name, parameters]),
      // 512 · 10 + 10 parameters become (512 + 10) · k + 10.
      [
        [names[0], "11,181,642"],
        [names[1], "11,180,176"],
        [names[2], "11,178,088"],
      ],
    );
    assert.deepEqual(
      rows.map((row) => row[row.length - 1]),
      ["50.78 % (260/512)", "–", "–"],
    );
    const { data, layout } = chapter.figure("Figure 3-1");
    assert.match(layout.title.text, /5 seeds/);
    assert.deepEqual(
      data.slice(0, 3).map(({ name, y }) => [name, y.length]),
      names.map((name) => [name, 5]),
    );
    assert.match(chapter.text(), /The cut to rank 7 saves 1,466 of them.*The cut to rank 3 saves 3,554/s);
    assert.doesNotMatch(chapter.text(), /rank 5|rank 2|40 seeds/);
  });

  test("claims are varied, with what was computed beside, apart from those of the report's settings", () => {
    for (const chapter of [2, 3]) {
      assert.ok(claimsOf(chapter).every(({ verdict, mustHold }) => verdict === "varied" && !mustHold));
      assert.ok(!existsSync(join(checkout, "build", "claims", `chapter-${chapter}.json`)));
    }
    const computed = Object.fromEntries(claimsOf(3).map((claim) => [claim.id, claim.computed]));
    assert.equal(computed["3.params.base"], 11181642);
    assert.equal(computed["3.params.keep50"], "not computed");
    assert.match(String(computed["3.acc.base"]), /^\d+\.\d\d % \(/);
  });
});

const nonsense: [string, Record<string, unknown>, RegExp][] = [
  [
    "02-spectra",
    { layers: ["layer2.0.cnv1"] },
    /there is no layer layer2\.0\.cnv1: choose for instance layer2\.0\.conv1,/,
  ],
  ["03-low-rank-head", { keeps: [1, 1.5], seeds: 2 }, /keep ratio 1\.5: choose one between 0 and 1/],
];
for (const [name, values, message] of nonsense)
  test(`${JSON.stringify(values)} gets one line`, () => {
    const checkout = copyCheckout("shared");
    vary(join(checkout, "notebooks", `${name}.ipynb`), values);
    const { status, stderr } = runCommand(checkout, ["start", String(Number(name.slice(0, 2)))]);
    removeCheckout(checkout);
    assert.equal(status, 1);
    assert.match(stderr.trim(), message);
    assert.doesNotMatch(stderr.trim(), /\n/);
  });
