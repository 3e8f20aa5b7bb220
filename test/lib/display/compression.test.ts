import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import type { FormTime } from "../../../lib/chapters/formTiming";
import { errorAgainstRank, frontier, timeAgainstMacs } from "../../../lib/display/compression";
import type { Figure } from "../../../lib/display/figure";
import { persianDigits } from "../../../lib/display/persian";
import { drawStatic } from "../../../lib/display/plotly/plotlyStatic";
import { accuracies } from "../../support/madeUp";
import { frontierPoint } from "../chapters/frontierPoint";

const source = "weights: demo · images: demo";

interface Points {
  name: string;
  x: number[];
  y: number[];
  xaxis?: string;
  showlegend?: boolean;
  marker: { color: string; symbol: string };
}
const pointsOf = ({ data }: Figure) => data as unknown as Points[];

/** Fails unless the drawn picture holds the caption in both languages, the source and these texts. */
async function drawnWith(figure: Figure, texts: string[]): Promise<void> {
  const { document } = new JSDOM((await drawStatic(figure)).svg, { contentType: "image/svg+xml" }).window;
  const drawn = [...document.querySelectorAll("text")].map(({ textContent }) => textContent ?? "");
  const { number, title } = figure;
  const caption = [
    `Figure ${number} — ${title.english}`,
    `شکل ${persianDigits(number ?? "")} — ${title.persian}`,
    source,
  ];
  for (const text of [...caption, ...texts])
    assert.ok(
      drawn.some((each) => each.includes(text)),
      `${text} is not among ${drawn.join(" | ")}`,
    );
}

const form = (name: string, share: number, macs: number, time: number): FormTime => ({
  form: name,
  share,
  macs,
  time,
  ms: 100 * time,
});

test("figure 7-1: a series a form, in per cent of the original, which is no point itself", async () => {
  const times = [
    form("the network as it is", 1, 1, 1),
    form("a", 0.5, 0.5, 0.75),
    form("b", 0.5, 0.5, 0.625),
    form("a", 0.25, 0.25, 0.5),
    form("b", 0.25, 0.125, 0.375),
  ];
  const figure = timeAgainstMacs(source, times);
  assert.deepEqual(
    pointsOf(figure).map(({ name, x, y }) => [name, x, y]),
    [
      ["a", [50, 25], [75, 50]],
      ["b", [50, 12.5], [62.5, 37.5]],
    ],
  );
  assert.equal(figure.timed, true);
  assert.equal(figure.source, source);
  assert.match(figure.description, /a: 50 % of the MACs, 75 % of the time\./);
  await drawnWith(figure, ["a", "b", "time = MACs", "MACs, % of the original"]);
});

test("figure 7-2: five series over the ranks, from 0 on; no clock takes part", async () => {
  const errors = [
    { rank: 8, weights: 0.5, corrected: 0.375, responses: 0.25, responsesAfter: 0.45, asymmetric: 0.35 },
    { rank: 16, weights: 0.25, corrected: 0.125, responses: 0.0625, responsesAfter: 0.2, asymmetric: 0.1 },
  ];
  const figure = errorAgainstRank(source, "layer3.0.conv1", errors);
  assert.deepEqual(
    pointsOf(figure).map(({ y }) => y),
    [
      [0.5, 0.25],
      [0.375, 0.125],
      [0.25, 0.0625],
      [0.45, 0.2],
      [0.35, 0.1],
    ],
  );
  for (const { x } of pointsOf(figure)) assert.deepEqual(x, [8, 16]);
  assert.notEqual(figure.timed, true);
  assert.equal(figure.layout.yaxis?.rangemode, "tozero");
  assert.match(
    figure.description,
    /rank 8: weights 0\.500, responses 0\.250; .* responses 0\.450, asymmetric 0\.350\./,
  );
  await drawnWith(figure, ["rank", "weights, mean kept", "responses"]);
});

test("figure 7-3: a series an allocation and fit in each panel, by speed; colour and symbol tell them apart", async () => {
  const [most, middle, least, base] = accuracies(80, 75, 60, 82);
  const points = [
    frontierPoint({ speedup: 3, speedupOneThread: 2.5, accuracy: least }),
    frontierPoint({ speedup: 1.5, speedupOneThread: 1.25, accuracy: most }),
    frontierPoint({ fit: "weights", speedup: 2, speedupOneThread: 1.75, accuracy: middle }),
    frontierPoint({ allocation: "equal energy", fit: "weights", speedup: 2.5, speedupOneThread: 2, accuracy: least }),
  ];
  const figure = frontier(source, points, 100 * base.share);
  const groups = ["least loss, ReLU-aware", "least loss, weights", "equal energy, weights"];
  const traces = pointsOf(figure);
  assert.deepEqual(
    traces.map(({ name, x, y, xaxis }) => [name, x, y, xaxis ?? "x"]),
    [
      [groups[0], [1.5, 3], [80, 60], "x"],
      [groups[1], [2], [75], "x"],
      [groups[2], [2.5], [60], "x"],
      [groups[0], [1.25, 2.5], [80, 60], "x2"],
      [groups[1], [1.75], [75], "x2"],
      [groups[2], [2], [60], "x2"],
    ],
  );
  assert.deepEqual(
    traces.map(({ showlegend }) => showlegend),
    [true, true, true, false, false, false],
  );
  const [{ marker: a }, { marker: b }, { marker: c }] = traces;
  assert.equal(a.color, b.color);
  assert.notEqual(a.color, c.color);
  assert.equal(b.symbol, c.symbol);
  assert.notEqual(a.symbol, b.symbol);
  const [line] = figure.layout.shapes as { y0: number; y1: number }[];
  assert.deepEqual([line.y0, line.y1], [82, 82]);
  assert.equal(figure.timed, true);
  assert.match(figure.description, /least loss, ReLU-aware: 1\.50 ×, 80\.0 %\./);
  await drawnWith(figure, [...groups, "as it is", "speed-up, all threads", "speed-up, 1 thread"]);
});
