import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { JSDOM } from "jsdom";
import { UserError } from "../../../lib/core/errors";
import { exportTo } from "../../../lib/display/exports";
import { type DataFrame, table } from "../../../lib/display/table";
import { shownInKernel } from "./fakeKernel";

const source = "weights: demo · images: demo";
const rows = [
  { model: "base, <b>", parameters: 11181642, "mean ms": "412.31", "time (ms)": 3, forms: 1 / 3 },
  { model: 'keep "0.5"', parameters: 11179132, "mean ms": "1.50", "time (ms)": 4, forms: 2e-9 },
];

async function shown(context: TestContext, ...args: Parameters<typeof table>) {
  const folder = await mkdtemp(join(tmpdir(), "low-rank-export-"));
  context.after(() => rm(folder, { recursive: true }));
  exportTo(folder);
  const errors = context.mock.method(process.stderr, "write", () => true);
  let frame: DataFrame | undefined;
  const [{ content }] = await shownInKernel(async () => {
    frame = await table(...args);
  });
  assert.equal(errors.mock.callCount(), 0, "stderr counts as a failed cell");
  const { document } = new JSDOM(content).window;
  return { frame: frame!, document, cells: [...document.querySelectorAll("td")], folder };
}

test("text is escaped, numbers are grouped, rounded and right-aligned", async (context) => {
  const { cells } = await shown(context, "3-1", rows, source);
  assert.deepEqual(
    cells.slice(0, 5).map(({ textContent }) => textContent),
    ["base, <b>", "11,181,642", "412.31", "3", "0.333333"],
  );
  assert.equal(cells[9].textContent, "2e-9");
  assert.deepEqual(
    cells.slice(0, 5).map(({ style }) => style.textAlign),
    ["start", "right", "right", "right", "right"],
  );
});

test("cells of time columns, and no others, can be told by their class; of a timed table all", async (context) => {
  const classes = async (timed: boolean) =>
    (await shown(context, "3-1", rows, source, { timed })).cells.map(({ className }) => className);
  const row = ["", "", "time", "time", ""];
  assert.deepEqual(await classes(false), [...row, ...row]);
  assert.deepEqual(await classes(true), Array(10).fill("time"));
});

test("the caption gives number, both titles and the source", async (context) => {
  const { document } = await shown(context, "3-1", rows, source);
  const caption = document.querySelector("caption");
  assert.equal(
    caption?.textContent,
    `Table 3-1 — Parameters and top-1 accuracy before and after the cutجدول ۳-۱ — نتایج فشرده‌سازی${source}`,
  );
  assert.equal(caption?.querySelector("[dir=rtl]")?.getAttribute("lang"), "fa");
});

test("the CSV quotes what needs it and names the source in every row", async (context) => {
  const { folder } = await shown(context, "My own table", rows, source);
  assert.deepEqual(await readdir(folder), ["table-my-own-table.csv"]);
  assert.deepEqual((await readFile(join(folder, "table-my-own-table.csv"), "utf8")).trim().split("\n"), [
    "model,parameters,mean ms,time (ms),forms,source",
    `"base, <b>",11181642,412.31,3,${1 / 3},weights: demo · images: demo`,
    '"keep ""0.5""",11179132,1.50,4,2e-9,weights: demo · images: demo',
  ]);
});

test("returns danfo.js' DataFrame, which can be sorted, grouped, filtered and shown again", async (context) => {
  const numbers = [
    { method: "a", keep: 0.5, points: 1 },
    { method: "b", keep: 0.5, points: 3 },
    { method: "a", keep: 0.2, points: 5 },
  ];
  const { frame } = await shown(context, "numbers", numbers, source);
  assert.ok(frame instanceof require("danfojs-node").DataFrame);
  assert.deepEqual(frame.column("points").values, [1, 3, 5]);
  const sorted = frame.sortValues("points", { ascending: false });
  assert.deepEqual(sorted.values[0], ["a", 0.2, 5]);
  const { cells } = await shown(context, "sorted", sorted.head(1), source);
  assert.deepEqual(
    cells.map(({ textContent }) => textContent),
    ["a", "0.2", "5"],
  );
  assert.deepEqual(frame.groupby(["method"]).col(["points"]).mean().values, [
    ["a", 3],
    ["b", 3],
  ]);
  assert.deepEqual(frame.query(frame.column("points").gt(2)).column("method").values, ["b", "a"]);
});

test("rows that do not fit together are named", async () => {
  await assert.rejects(table("t", [], source), new UserError("a table needs at least one row"));
  await assert.rejects(
    table(
      "t",
      [
        { a: 1, b: 2 },
        { a: 1, c: 3 },
      ] as never,
      source,
    ),
    new UserError("row 2 has the columns a, c, row 1 a, b"),
  );
});

test("Persian cells and heads run from right to left, also after a Latin word", async (context) => {
  const [claim, head] = ["fc به‌صورت ماتریس", "ادعا"];
  const { document, cells } = await shown(context, "3-1", [{ id: "2.fc.shape", [head]: claim }], source);
  const heads = [...document.querySelectorAll("th")];
  assert.deepEqual(
    [...heads, ...cells].map(({ dir, lang }) => [dir, lang]),
    [
      ["", ""],
      ["rtl", "fa"],
      ["", ""],
      ["rtl", "fa"],
    ],
  );
});
