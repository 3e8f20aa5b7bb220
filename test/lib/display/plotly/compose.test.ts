import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import { UserError } from "../../../../lib/core/errors";
import { composeFigure, type FigureOptions } from "../../../../lib/display/plotly/compose";
import { band, bars, boxes, line, type Mark, picture, points, rule } from "../../../../lib/display/marks";
import { palette } from "../../../../lib/display/plotly/palette";
import { figureSize } from "../../../../lib/display/plotly/specification";
import { drawStatic } from "../../../../lib/display/plotly/plotlyStatic";

/** What of a trace or a layout is looked at here. */
// biome-ignore lint/suspicious/noExplicitAny: Plotly's types know neither panels nor domains as references
type Any = any;
const compose = (marks: Mark[], options: Partial<FigureOptions> = {}) => {
  const { data, layout, ...rest } = composeFigure("my figure", marks, "made here", { x: "x", y: "y", ...options });
  return { data: data as Any[], layout: layout as Any, ...rest };
};

test("values, typed arrays too, arrive in the traces", () => {
  const { data } = compose([
    points(Float64Array.of(1, 2), [3, 4], { symbol: "square-open", size: 11, hover: ["a", "b"], labels: ["", "b"] }),
    line(["p", "q"], [5, 6], { width: 7 }),
    bars(["p"], [8]),
    boxes({ one: [1, 2, 3] }),
  ]);
  assert.deepEqual(
    data.map(({ type, mode, x, y }) => ({ type, mode, x, y })),
    [
      { type: "scatter", mode: "markers+text", x: [1, 2], y: [3, 4] },
      { type: "scatter", mode: "lines", x: ["p", "q"], y: [5, 6] },
      { type: "bar", mode: undefined, x: ["p"], y: [8] },
      { type: "box", mode: undefined, x: undefined, y: [1, 2, 3] },
    ],
  );
  assert.deepEqual([data[0].marker.symbol, data[0].marker.size, data[0].hovertext], ["square-open", 11, ["a", "b"]]);
  assert.equal(data[1].line.width, 7);
});

test("ends of intervals become distances, in both directions", () => {
  const [trace] = compose([points([1, 2], [3, 4], { low: [2, 1], high: [4, 7], left: [0, 0], right: [2, 5] })]).data;
  assert.deepEqual(
    [trace.error_y.arrayminus, trace.error_y.array],
    [
      [1, 3],
      [1, 3],
    ],
  );
  assert.deepEqual(
    [trace.error_x.arrayminus, trace.error_x.array],
    [
      [1, 2],
      [1, 3],
    ],
  );
});

test("a band lies between its lines, in the colour of its name's line and out of the legend", () => {
  const { data } = compose([band([1, 2], [0, 1], [4, 5], { name: "a" }), line([1, 2], [2, 3], { name: "a" })]);
  assert.deepEqual(
    data.map(({ y, showlegend }) => [y, showlegend]),
    [
      [[0, 1], false],
      [[4, 5], false],
      [[2, 3], true],
    ],
  );
  assert.equal(data[1].fillcolor, `${data[2].line.color}33`);
});

test("each name has a colour and a sign of its own, none that another mark chose", () => {
  const { data } = compose([
    points([1], [1], { name: "a", colour: "computed" }),
    points([1], [1], { name: "b" }),
    line([1], [1], { name: "b" }),
    points([1], [1], { name: "c", symbol: "circle" }),
  ]);
  assert.deepEqual(
    [data[0].marker.color, data[1].marker.color, data[2].line.color, data[3].marker.color],
    [palette[0], palette[1], palette[1], palette[2]],
  );
  assert.deepEqual(
    [data[0], data[1], data[3]].map(({ marker }) => marker.symbol),
    ["square", "diamond", "circle"],
  );
});

test("the legend has a name once, by its points, and is left out where there is but one mark", () => {
  const { data, layout } = compose(
    [line([1], [1], { name: "a" }), points([1], [1], { name: "a" }), points([1], [1], { name: "a", panel: 1 })],
    { panels: ["left", "right"] },
  );
  assert.deepEqual(
    data.map(({ showlegend }) => showlegend),
    [false, true, false],
  );
  assert.equal(layout.showlegend, true);
  assert.equal(compose([points([1], [1], { name: "a" })]).layout.showlegend, false);
});

test("names that fill the line of the legend nearly get a second one", () => {
  const names = ["ONNX Runtime, all threads", "ONNX Runtime, 1 thread", "TensorFlow.js WASM, 1 thread"];
  const height = (count: number) =>
    compose(names.slice(0, count).map((name) => points([1], [1], { name }))).layout.height;
  assert.equal(height(3)! - height(2)!, 22);
});

test("the figure grows by what a legend takes, and the plot stays as it is", () => {
  const many = Array.from({ length: 9 }, (_, i) => points([1], [1], { name: `a rather long name, number ${i}` }));
  const plain = compose(many.slice(0, 1)).layout;
  const plotHeight = ({ height, margin }: Any) => height - margin.t - margin.b;
  for (const legend of ["above", "below"] as const) {
    const { layout } = compose(many, { legend });
    assert.ok(layout.height > plain.height, legend);
    assert.equal(plotHeight(layout), plotHeight(plain));
    const fromTop = [layout, plain].map(({ title, height }) => ((1 - title.y) * height).toFixed(6));
    assert.equal(fromTop[0], fromTop[1]);
  }
});

test("rules stand in every panel, their label once", () => {
  const { layout } = compose([points([1, 9], [1, 9]), rule({ y: 5 }, { label: "five" })], { panels: ["a", "b"] });
  assert.deepEqual(
    layout.shapes.map(({ xref, yref, y0, y1 }: Any) => [xref, yref, y0, y1]),
    [
      ["x domain", "y", 5, 5],
      ["x2 domain", "y2", 5, 5],
    ],
  );
  assert.equal(layout.annotations.filter(({ text }: Any) => text === "five").length, 1);
});

test("a rule's label stands on the side where there is room, at the logarithm on a logarithmic axis", () => {
  const side = (at: number) =>
    compose([line([1, 1000], [1, 2]), rule({ x: at }, { label: "k" })], { x: { title: "x", log: true } }).layout
      .annotations[1];
  assert.deepEqual([side(2).xanchor, side(500).xanchor], ["left", "right"]);
  assert.equal(side(100).x, 2);
});

test("axes take range, ticks, logarithm and names", () => {
  const { layout } = compose([points([1, 1000], [0, 1])], {
    x: { title: "n", log: true, range: [1, 1000] },
    y: { title: "", ticks: { values: [0, 1], labels: ["first guide", "second guide, with a long name"] } },
  });
  assert.deepEqual([layout.xaxis.type, layout.xaxis.range, layout.xaxis.dtick], ["log", [0, 3], 1]);
  assert.deepEqual(
    [layout.yaxis.tickvals, layout.yaxis.ticktext[0], layout.yaxis.showgrid],
    [[0, 1], "first guide", false],
  );
  assert.ok(layout.margin.l > 200, "room for the names");
});

test("panels are named at their x axis and share a y axis that has a range", () => {
  const marks = [points([1], [1]), points([1], [2], { panel: 1 })];
  const own = compose(marks, { panels: ["batch 1", "batch 64"] });
  assert.deepEqual([own.layout.xaxis.title.text, own.layout.xaxis2.title.text], ["x, batch 1", "x, batch 64"]);
  assert.deepEqual([own.data[1].xaxis, own.data[1].yaxis], ["x2", "y2"]);
  assert.equal(own.layout.yaxis2.showticklabels, undefined);
  const shared = compose(marks, { panels: ["a", "b"], y: { title: "y", range: [0, 3] } });
  assert.deepEqual([shared.layout.yaxis2.range, shared.layout.yaxis2.showticklabels], [[0, 3], false]);
  assert.throws(() => compose(marks), new UserError("no panel 1: this figure has 1, counted from 0"));
});

test("bars stand side by side or on each other", () => {
  const marks = [bars(["a"], [1], { name: "one" }), bars(["a"], [2], { name: "two" })];
  assert.deepEqual(
    [compose(marks).layout.barmode, compose(marks, { stacked: true }).layout.barmode],
    ["group", "stack"],
  );
});

test("a figure of a picture is as tall as the picture needs", () => {
  const image = new Uint8Array(3);
  const heightOf = (rows: number) =>
    composeFigure("Pixels", [picture(Array(rows).fill(Array(10).fill(image)), 1)], "", { x: "", y: "" }).layout.height!;
  const [one, two, many] = [1, 2, 40].map(heightOf);
  const width = 655 / 1.24;
  assert.ok(Math.abs(two - one - width / 10) <= 1);
  assert.equal(many, figureSize.height);
});

test("a picture has one unit for each image, and its pixels in the PNG", () => {
  const red = Uint8Array.from([255, 0, 0]);
  const { layout } = compose(
    [
      picture(
        [
          [red, undefined],
          [red, red],
        ],
        1,
      ),
    ],
    { y: "" },
  );
  const [image] = layout.images;
  assert.deepEqual([image.sizex, image.sizey, layout.yaxis.range], [2, 2, [2, 0]]);
  const png = Buffer.from(image.source.split(",")[1], "base64");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [12, 12]);
  assert.throws(() => picture([[red]], 2), new UserError("picture: an image has 3 bytes, not 3 · 2 · 2"));
});

test("lengths that differ are named", () => {
  assert.throws(
    () => points([1, 2], [1, 2], { low: [1] }),
    new UserError("points: 2 values of x, but 1 of low: one of each is needed"),
  );
});

test("the description says what is drawn against what, few values one by one", () => {
  const marks = [
    points([1, 2], [3, 1 / 3], { name: "few" }),
    line([0, 3], [3, 0], { name: "few" }),
    boxes({ base: [1, 2, 6] }),
    rule({ y: 1 }, { label: "the report's" }),
  ];
  assert.equal(
    compose(marks, { x: "rank", y: "error" }).description,
    "error against rank. base: median 2 of 3 values, 1 to 6. A dashed line: the report's. few: 3 at 1, 0.3333 at 2.",
  );
  assert.equal(compose(marks, { description: "mine" }).description, "mine");
});

test("of many values it tells whether they rise or fall, else where the extremes are", () => {
  const x = Array.from({ length: 30 }, (_, i) => i);
  const of = (values: number[], at: (number | string)[] = x) =>
    compose([line(at as number[], values, { name: "it", panel: 1 })], { panels: ["a", "b"] }).description;
  const ofValue = (value: (at: number) => number) => of(x.map(value));
  assert.equal(
    ofValue((at) => 2 * at),
    "y against x. b, it: rises from 0 at 0 to 58 at 29.",
  );
  assert.match(
    ofValue((at) => -at),
    /it: falls from 0 at 0 to -29 at 29\.$/,
  );
  assert.match(
    ofValue((at) => (at - 5) ** 2),
    /it: 30 values from 25 at 0 to 576 at 29, between 0 at 5 and 576 at 29\.$/,
  );
  assert.match(of([Number.NaN, ...x.slice(1)]), /rises from 1 at 1/);
  assert.match(of(x.map(() => Number.NaN)), /it: no values\.$/);
  const names = x.map((at) => `class ${at}`);
  assert.match(
    of(
      x.map((at) => (at === 7 ? -1 : at)),
      names,
    ),
    /30 values between -1 at class 7 and 29 at class 29/,
  );
});

test("many series of one point are told together, names along y as the places", () => {
  const singles = ["p", "q", "r", "s", "t"].map((name, i) => points([i], [10 - i], { name }));
  assert.match(compose(singles).description, /all: 5 values between 6 at 4 \(t\) and 10 at 0 \(p\)/);
  const y = { title: "", ticks: { values: [0, 1], labels: ["first", "second"] } };
  const beside = points([0.5, 0.7], [0.2, 1.2], { name: "ρ" });
  assert.equal(compose([beside], { y }).description, "x. ρ: 0.5 at first, 0.7 at second.");
});

test("drawn, all texts stand in the picture", async () => {
  const marks = [
    points([1, 2], [3, 4], { name: "first", join: true }),
    points([1, 2], [3, 4], { name: "second", panel: 1, labels: ["here", ""] }),
    rule({ y: 3.5 }, { label: "as it is" }),
  ];
  const options = { x: "speed-up", y: "top-1", panels: ["all threads", "1 thread"], legend: "below" as const };
  const { svg } = await drawStatic(composeFigure("My own", marks, "made here", options));
  const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
  const texts = [...document.querySelectorAll("text")].map(({ textContent }) => textContent);
  const expected = ["My own", "first", "second", "here", "as it is", "made here", "speed-up, all threads", "top-1"];
  for (const text of expected) assert.ok(texts.includes(text), `${text} is not among ${texts.join(" | ")}`);
});
