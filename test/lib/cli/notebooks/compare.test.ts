import assert from "node:assert/strict";
import { test } from "node:test";
import type { SettledClaim } from "../../../../lib/claims/claims";
import { claimsHtml } from "../../../../lib/claims/showClaims";
import type { Verdict } from "../../../../lib/claims/verdicts";
import { type Agreement, compareNotebooks, differenceLine, numbersIn } from "../../../../lib/cli/notebooks/compare";
import { codeCells, type Output } from "../../../../lib/cli/notebooks/notebookFile";
import { notebookOf } from "../../../support/notebooks";

const stream = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const html = (text: string): Output => ({ output_type: "display_data", data: { "text/html": text }, metadata: {} });
const markdown = (text: string): Output => ({
  output_type: "display_data",
  data: { "text/markdown": text },
  metadata: {},
});
const png: Output = { output_type: "display_data", data: { "image/png": "AAAA" }, metadata: {} };
const settled: SettledClaim = {
  ...{
    id: "9.a",
    chapter: 9,
    claim: "it falls",
    persian: "می‌افتد",
    rule: "refuted if it rises, else differs",
    reported: "yes",
  },
  ...{ computed: "no", verdict: "refuted", weights: "demo", images: "demo", note: "", assets: "" },
  ...{ mustHold: false, holds: false, timed: false },
};
const exact: Agreement = { tolerance: 0.01, exact: true };
const loose: Agreement = { tolerance: 0.01, exact: false };
const values = (output: Output) => numbersIn(output).map(({ value }) => value);

/** The differences of two runs, a line each. */
const linesOf = (...runs: Parameters<typeof compareNotebooks>) =>
  compareNotebooks(...runs).differences.map(differenceLine);

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
  assert.deepEqual(linesOf(committed, ran(stream("accuracy 50.78 %"), png), { ...exact, tolerance: 0 }), []);
  assert.deepEqual(linesOf(committed, ran(stream("accuracy 50.79 %"), png), exact), []);
});

test("a bar of progress more or less makes no difference, as a cache may have saved its work", () => {
  const bar = html(`<progress max="1" value="1.000"></progress> latency table: 6 of 6`);
  const [kept, done] = [ran(bar, stream("5 ranks")), ran(bar, bar, stream("5 ranks"), bar)];
  assert.deepEqual(linesOf(kept, done, exact), []);
  assert.equal(linesOf(kept, ran(bar, stream("6 ranks")), exact).length, 1);
});

test("a remark on the machine more or less makes no difference; its numbers are left out", () => {
  const remark = html(`<div class="time"><p>busy: 77 % of the cores</p></div>`);
  const [quiet, busy] = [ran(stream("5 ranks")), ran(remark, stream("5 ranks"))];
  const compared = (...runs: [typeof quiet, typeof quiet]) => compareNotebooks(...runs, exact);
  assert.deepEqual(compared(quiet, busy), { numbers: 1, equal: 1, close: 0, leftOut: 0, differences: [] });
  assert.deepEqual(compared(busy, quiet), { numbers: 1, equal: 1, close: 0, leftOut: 1, differences: [] });
  assert.equal(compared(quiet, ran(html(`<p>busy</p><p class="time">7</p>`), stream("5 ranks"))).differences.length, 1);
});

test("a difference names cell, output, both numbers and the text around", () => {
  const [difference, ...more] = linesOf(ran(png, stream("accuracy 50.78 %")), ran(png, stream("accuracy 49 %")), loose);
  assert.deepEqual(more, []);
  assert.equal(difference, "cell 1 (const a = 1;), output 2: was 50.78, is 49 in “accuracy 50.78 %”");
});

test("where runs must agree exactly, whole numbers must be the same, within any tolerance", () => {
  const parameters = (count: string) => ran(html(`<p>${count} parameters</p>`));
  const changed = linesOf(parameters("11,181,642"), parameters("11,181,643"), exact);
  assert.deepEqual(changed, ["cell 1 (const a = 1;), output 1: was 11181642, is 11181643 in “11,181,642 parameters”"]);
  assert.deepEqual(linesOf(parameters("11,181,642"), parameters("11,181,643"), loose), []);
  assert.equal(linesOf(parameters("128 × 576"), parameters("128 × 577"), exact).length, 1);
});

test("counts out of many are measured, so they may differ within the tolerance", () => {
  const measured = (correct: number) => ran(stream(`50.98 % (${correct}/512), ${correct} of 512`));
  assert.deepEqual(linesOf(measured(261), measured(262), exact), []);
  assert.equal(linesOf(measured(261), measured(264), exact).length, 2);
  assert.equal(linesOf(ran(stream("3 of 512")), ran(stream("3 of 513")), exact).length, 1);
});

test("small numbers may differ by their last decimal, or by the tolerance of their own size", () => {
  const differences = (...texts: string[]) => linesOf(ran(stream(texts[0])), ran(stream(texts[1])), loose).length;
  for (const [was, is] of ["0.02 0.03", "0.00 0.01", "1.5e-3 1.6e-3", "0.5 0.6", "2.000 2.019"].map((s) =>
    s.split(" "),
  ))
    assert.equal(differences(was, is), 0, `${was} ${is}`);
  for (const [was, is] of ["0.020 0.022", "0.00 0.02", "1.5e-3 1.7e-3", "7 8", "2.000 2.021"].map((s) => s.split(" ")))
    assert.equal(differences(was, is), 1, `${was} ${is}`);
  const figure = (y: number) =>
    ran(html(`<script type="application/json">${JSON.stringify({ data: [{ y: [y] }] })}</script>`));
  assert.deepEqual(linesOf(figure(0.836325), figure(0.836324), { tolerance: 0, exact: true }), []);
  assert.equal(linesOf(figure(0.836325), figure(0.836323), { tolerance: 0, exact: true }).length, 1);
  assert.equal(linesOf(figure(5), figure(6), loose).length, 1);
});

test("where runs must agree exactly, they must say the same words", () => {
  const better = ran(markdown("fc is the better candidate: 11.33 %"));
  const worse = ran(markdown("fc is not the better candidate: 11.33 %"));
  assert.deepEqual(linesOf(better, worse, exact), [
    "cell 1 (const a = 1;), output 1: was “fc is the better candidate: %”, is “fc is not the better candidate: %”",
  ]);
  assert.deepEqual(linesOf(better, worse, loose), []);
  const more = ran(markdown("fc is the better candidate: 11.33 % indeed"));
  assert.match(linesOf(better, more, exact)[0], /was “.*%”, is “.*% indeed”/);
});

test("a verdict that flips is a difference, unless a clock decides it", () => {
  const flip = (agreement: Agreement, timed: boolean) => {
    const table = (verdict: Verdict) => ran(html(claimsHtml([{ ...settled, verdict, timed }])));
    return linesOf(table("refuted"), table("reproduced"), agreement);
  };
  assert.deepEqual(flip(loose, false), ["cell 1 (const a = 1;), output 1: was “✗ refuted”, is “✓ reproduced”"]);
  assert.match(flip(exact, false)[0], /was “.*✗ refuted .*”, is “.*✓ reproduced .*”/);
  for (const agreement of [exact, loose]) assert.deepEqual(flip(agreement, true), []);
});

test("times do not count as words", () => {
  assert.deepEqual(linesOf(ran(stream("took 850 ms")), ran(stream("took 1.2 s")), exact), []);
});

test("a missing output, another kind, a missing number or another cell is a difference", () => {
  const committed = ran(stream("1 2"));
  assert.match(linesOf(committed, ran(), loose)[0], /was stdout, is no output/);
  assert.match(linesOf(committed, ran(png), loose)[0], /was stdout, is image\/png/);
  assert.match(linesOf(committed, ran(stream("1")), loose)[0], /was 2 numbers, is 1 number in “1 2”/);
  assert.match(linesOf(committed, notebookOf("const b = 1;"), loose)[0], /was this cell, is “const b = 1;”/);
  assert.match(linesOf(committed, notebookOf(), loose)[0], /the notebook: was 1 code cell, is 0 code cells/);
});

test("it counts what was compared, what is equal to the last digit, and what was left out", () => {
  const before = ran(html(`<p>94 of 128</p><p class="time">6 threads: 80 GFLOP/s</p>`), stream("50.78 % in 20 ms"));
  const after = ran(html(`<p>94 of 128</p><p class="time">8 threads</p>`), stream("50.77 % in 1.5 s"));
  assert.deepEqual(compareNotebooks(before, after, exact), {
    numbers: 3,
    equal: 2,
    close: 1,
    leftOut: 3,
    differences: [],
  });
  const { equal, close, differences } = compareNotebooks(ran(stream("1 2 3.5")), ran(stream("1 3 3.51")), exact);
  assert.deepEqual([equal, close, differences.length], [1, 1, 1]);
  assert.equal(compareNotebooks(ran(stream("1 2")), ran(stream("1")), exact).close, 0);
});
