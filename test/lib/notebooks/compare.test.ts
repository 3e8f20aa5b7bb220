import assert from "node:assert/strict";
import { test } from "node:test";
import { compareNotebooks, numbersIn } from "../../../lib/notebooks/compare";
import { codeCells, type Output } from "../../../lib/notebooks/notebookFile";
import { notebookOf } from "../../support/notebooks";

const stream = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const html = (text: string): Output => ({ output_type: "display_data", data: { "text/html": text }, metadata: {} });
const markdown = (text: string): Output => ({
  output_type: "display_data",
  data: { "text/markdown": text },
  metadata: {},
});
const png: Output = { output_type: "display_data", data: { "image/png": "AAAA" }, metadata: {} };
const values = (output: Output) => numbersIn(output).map(({ value }) => value);

function ran(...outputs: Output[]) {
  const notebook = notebookOf("const a = 1;");
  codeCells(notebook)[0].outputs = outputs;
  return notebook;
}

test("numbers are found in text, with thousands, signs and exponents, and not inside names", () => {
  const text = "11,181,642 parameters, -0.5 and −2.25e-3, 94 (73.44 %) of layer2.0.conv1, 128 × 576, k95";
  assert.deepEqual(values(stream(text)), [11181642, -0.5, -0.00225, 94, 73.44, 128, 576]);
});

test("times and facts of the machine are left out", () => {
  const text =
    "took 1830.28 ms, 1.5 s or 3 min at 168 GFLOP/s, 12.5 images/s, 0.998 × and 1.003 × the base: 42\nThis machine: 2 cores";
  assert.deepEqual(values(stream(text)), [42]);
  assert.deepEqual(values(markdown("rank 5 in 20 ms")), [5]);
  const table = `<table><tr><td>7</td><td class="time">8</td><td>9</td></tr></table><span class="machine">, threads: 2</span>`;
  assert.deepEqual(values(html(table)), [7, 9]);
});

test("a figure's numbers are those of its specification, not of the scripts around it", () => {
  const figure = `<div style="width:760px"></div><script type="application/json">{"data":[{"x":[1,2.5],"name":"k 9"}]}</script><script>const n = 8;</script><p>95 %</p>`;
  assert.deepEqual(values(html(figure)), [95, 1, 2.5]);
});

test("equal runs agree, and numbers within the tolerance do", () => {
  const committed = ran(stream("accuracy 50.78 %"), png);
  assert.deepEqual(compareNotebooks(committed, ran(stream("accuracy 50.78 %"), png), 0), []);
  assert.deepEqual(compareNotebooks(committed, ran(stream("accuracy 50.79 %"), png), 1e-3), []);
});

test("a difference names cell, output, both numbers and the text around", () => {
  const [difference, ...more] = compareNotebooks(
    ran(png, stream("accuracy 50.78 %")),
    ran(png, stream("accuracy 49 %")),
    1e-3,
  );
  assert.deepEqual(more, []);
  assert.equal(difference, "cell 1 (const a = 1;), output 2: was 50.78, is 49 in “accuracy 50.78 %”");
});

test("a missing output, another kind, a missing number or another cell is a difference", () => {
  const committed = ran(stream("1 2"));
  assert.match(compareNotebooks(committed, ran(), 1)[0], /printed stdout; now prints nothing/);
  assert.match(compareNotebooks(committed, ran(png), 1)[0], /printed stdout; now prints image\/png/);
  assert.match(compareNotebooks(committed, ran(stream("1")), 1)[0], /had 2 numbers, now has 1/);
  assert.match(compareNotebooks(committed, notebookOf("const b = 1;"), 1)[0], /the cell itself has changed/);
  assert.match(compareNotebooks(committed, notebookOf(), 1)[0], /1 code cells are committed, 0 were run/);
});
