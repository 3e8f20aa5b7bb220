import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadAssets } from "../../lib/assets/assets";
import type { Claim } from "../../lib/claims/claims";
import { rankForVariance, spectrumOf } from "../../lib/linalg/spectrum";
import { weightMatrix } from "../../lib/linalg/matrix";
import { layerOf } from "../../lib/network/layerOf";
import { type Notebook, notebookText, parseNotebook } from "../../lib/cli/notebooks/notebookFile";
import { Results } from "../../lib/cli/results";
import { readNetwork } from "../../lib/network/resnet";
import { copyCheckout, removeCheckout, runCommand } from "../support/checkout";
import { notebookOf } from "../support/notebooks";
import { runVaried, type Shown, shownIn } from "../support/varied";

let checkout: string;
const untouched = "[]\n";
const claimsFile = (number: number, ...folder: string[]) =>
  join(checkout, "build", "claims", ...folder, `chapter-${number}.json`);
before(() => {
  checkout = copyCheckout("shared");
  mkdirSync(join(checkout, "build", "claims"));
  for (const number of [2, 3]) writeFileSync(claimsFile(number), untouched);
});
after(() => removeCheckout(checkout));

/** The varied claims of a chapter are written apart, and stand in its last table; those of the report's settings stay. */
function isApart(number: number, { tables }: Pick<Shown, "tables">): Claim[] {
  assert.equal(readFileSync(claimsFile(number), "utf8"), untouched);
  const claims: Claim[] = JSON.parse(readFileSync(claimsFile(number, "varied"), "utf8"));
  assert.ok(claims.length > 0 && claims.every(({ verdict }) => verdict === "varied"));
  const title = [...tables.keys()].find((key) => key.startsWith(`Claims of chapter ${number}`))!;
  const [heads, ...rows] = tables.get(title)!;
  assert.deepEqual(
    rows.map((row) => row[0]),
    claims.map(({ id }) => id),
  );
  for (const row of rows) assert.match(row[heads.indexOf("verdict")], /varied/);
  return claims;
}

const column = (table: string[][] | undefined, head: string): string[] => {
  const at = table?.[0].indexOf(head) ?? -1;
  assert.ok(at >= 0, `no column ${head}: ${table?.[0].join(", ")}`);
  return table!.slice(1).map((row) => row[at]);
};

describe("chapter 2 with other layers and another threshold", () => {
  const layers = ["layer3.1.conv2", "fc", "conv1"];
  const ranks: number[] = [];
  let shown: Shown;
  before(async () => {
    const { weights } = await loadAssets({});
    const network = readNetwork(weights.stateDict, weights.file).network;
    for (const layer of layers)
      ranks.push(rankForVariance(spectrumOf(weightMatrix(layerOf(network, layer).weight)), 0.8));
    shown = runVaried(checkout, "02-spectra", {
      layers: JSON.stringify(layers),
      threshold: "0.8",
      shares: "[0.25, 0.5]",
    });
    assert.equal(shown.error, "");
  });

  test("says so under its banner", () => {
    assert.match(shown.text, /threshold: 0\.8 instead of 0\.95/);
    assert.ok(shown.text.includes(`layers: ${JSON.stringify(layers)} instead of ["layer2.0.conv1","fc"]`));
  });

  test("its tables are about these layers", () => {
    const table = shown.tables.get("2-1");
    assert.deepEqual(column(table, "layer").slice(0, 3), layers);
    assert.deepEqual(column(table, "k80").slice(0, 3).map(Number), ranks);
    const errors = shown.tables.get("2-2");
    assert.deepEqual(errors?.[0], ["kept %", ...layers]);
    assert.deepEqual(column(errors, "kept %"), ["25", "50"]);
  });

  test("its figures are about them, too: two numbered ones of each kind, the third under its own name", () => {
    for (const [i, title] of ["2-1", "2-3", "Singular values of conv1"].entries()) {
      const { layout, data } = shown.figures.get(title)!;
      assert.ok(layout.title?.text.includes(layers[i]), layout.title?.text);
      assert.ok(data.some(({ name }) => name === "this run"));
    }
    for (const [i, title] of ["2-2", "2-4", "Cumulative variance of conv1"].entries()) {
      const { layout } = shown.figures.get(title)!;
      assert.ok(layout.title?.text.includes(layers[i]), layout.title?.text);
      const labels = layout.annotations?.map(({ text }) => text).join("\n");
      assert.match(labels!, new RegExp(`80 %[^]*k = ${ranks[i]} `));
    }
    for (const ending of ["svg", "png"])
      assert.ok(
        existsSync(join(checkout, "build", "figures", "varied", `figure-singular-values-of-conv1.${ending}`)),
        ending,
      );
  });

  test("its sentences and claims are, and the report's settings keep their own claims", () => {
    assert.match(shown.text, new RegExp(`layer3\\.1\\.conv2, 256 × 2304: ${ranks[0]} of 256 components carry 80 %`));
    assert.doesNotMatch(shown.text.split("Claims of chapter 2")[0], /95 %|layer2\.0\.conv1(?!","fc")/);
    isApart(2, shown);
  });
});

describe("chapter 3 with three other keep ratios, another rate and five seeds", () => {
  const names = ["base", "keep 0.7 (k = 7)", "keep 0.4 (k = 4)", "keep 0.1 (k = 1)"];
  let shown: Shown;
  before(() => {
    shown = runVaried(checkout, "03-low-rank-head", {
      keeps: "[1, 0.7, 0.4, 0.1]",
      learningRate: "0.05",
      seeds: "range(5)",
    });
    assert.equal(shown.error, "");
  });

  test("says so under its banner", () => {
    for (const line of ["keeps: [1,0.7,0.4,0.1] instead of [1,0.5,0.2]", "learningRate: 0.05 instead of 0.1"])
      assert.ok(shown.text.includes(line), line);
    assert.match(shown.text, /seeds: \[0,1,2,3,4\] instead of \[0,1,2,3,4,5/);
  });

  test("its table has a row for each, with the parameters of its rank and a number of the report only beside its own model", () => {
    const table = shown.tables.get("3-1");
    assert.deepEqual(column(table, "model"), names);
    const parameters = [512 * 10, ...[7, 4, 1].map((rank) => rank * (512 + 10))].map((n) => 11_176_512 + n + 10);
    assert.deepEqual(
      column(table, "parameters"),
      parameters.map((count) => count.toLocaleString("en-US")),
    );
    assert.equal(column(table, "median of 5 seeds (central 95 %)").length, 4);
    assert.deepEqual(column(table, "report's table 3-1"), ["50.78 % (260/512)", "–", "–", "–"]);
  });

  test("its figure has five points for each", () => {
    const { data, layout } = shown.figures.get("3-1")!;
    assert.match(layout.title!.text, /5 seeds/);
    assert.deepEqual(
      data.slice(0, names.length).map(({ name, y }) => [name, y.length]),
      names.map((name) => [name, 5]),
    );
  });

  test("the loop written out still ends at the head of the batch; sentences and claims are about what was varied", () => {
    assert.match(shown.text, /No weight differs by more than 10⁻⁴/);
    assert.match(shown.text, /over 5 seeds its base head/);
    for (const rank of [7, 4, 1]) assert.match(shown.text, new RegExp(`The cut to rank ${rank} saves`));
    assert.doesNotMatch(shown.text.split("Claims of chapter 3")[0], /keep 0\.5|keep 0\.2|40 seeds/);
    const computed = Object.fromEntries(isApart(3, shown).map((claim) => [claim.id, claim.computed]));
    assert.equal(computed["3.params.base"], 11_181_642);
    assert.equal(computed["3.params.keep50"], "not computed");
  });
});

describe("npm start -- 3 --set", () => {
  const executed = (...folder: string[]) => join(checkout, "build", "notebooks", ...folder, "03-low-rank-head.ipynb");
  let answer: ReturnType<typeof runCommand>;
  let notebook: Notebook;
  before(async () => {
    // What the report's settings gave earlier, on the same weights and images.
    const { weights, images } = await loadAssets({});
    const assets = { weights: weights.sha256, images: images.sha256 };
    await new Results(join(checkout, "build")).prepare([], `${JSON.stringify(assets)}\n`);
    mkdirSync(dirname(executed()), { recursive: true });
    writeFileSync(executed(), notebookText(notebookOf("earlier")));
    writeFileSync(claimsFile(3), untouched);
    answer = runCommand(checkout, ["start", "3", "--set", "keeps=[1,0.3]", "--set", "seeds=range(5)"]);
    assert.equal(answer.status, 0, answer.stderr);
    notebook = parseNotebook(readFileSync(executed("varied"), "utf8"), "varied");
  });

  test("runs with these values, in a cell after the parameters", () => {
    const tags = notebook.cells.map(({ metadata }) => (metadata as { tags?: string[] }).tags?.[0]);
    assert.equal(tags.indexOf("injected-parameters"), tags.indexOf("parameters") + 1);
    const { text, tables } = shownIn(notebook);
    assert.deepEqual(column(tables.get("3-1"), "model"), ["base", "keep 0.3 (k = 3)"]);
    assert.match(text, /keeps: \[1,0\.3\] instead of \[1,0\.5,0\.2\]; seeds: \[0,1,2,3,4\] instead/);
    assert.match(text, /over 5 seeds/);
  });

  test("its claims are varied, and shown; neither they nor the notebook replace those of the report's settings", () => {
    const claims = isApart(3, shownIn(notebook));
    for (const { id } of claims) assert.match(answer.stdout, new RegExp(`^${id.replaceAll(".", "\\.")} .*varied`, "m"));
    assert.match(readFileSync(executed(), "utf8"), /earlier/);
    assert.equal(readFileSync(join(checkout, "build", "claims.json"), "utf8"), untouched);
  });
});

/** Chapter, changed parameters, what the one line says. */
const nonsense: [string, Record<string, string>, RegExp][] = [
  ["02-spectra", { layers: '["layer3.1.conv9"]' }, /no layer layer3\.1\.conv9: choose for instance layer3\.1\.conv/],
  ["02-spectra", { layers: '["fc"]', threshold: "NaN" }, /NaN is no share of the variance: give a number above 0/],
  ["03-low-rank-head", { seeds: "[0]", keeps: "[1.5]" }, /keep ratio 1\.5: choose one between 0 and 1/],
  ["03-low-rank-head", { seeds: "[0]", learningRate: "NaN" }, /learning rate NaN: choose a number above 0$/],
  ["03-low-rank-head", { seeds: "[]" }, /0 heads to train: choose at least one seed$/],
];
describe("nonsense gets one line that names the value and what is allowed", () => {
  for (const [name, values, line] of nonsense)
    test(`${name}: ${JSON.stringify(values)}`, () => {
      const { error } = runVaried(checkout, name, values);
      assert.match(error, line);
      assert.doesNotMatch(error, /\n/);
    });
});
