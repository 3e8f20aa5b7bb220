import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { captionOf } from "../../../lib/display/captions";
import captions from "../../../data/captions.json";

test("an entry gives number, file and both titles, with values in their places", () => {
  assert.deepEqual(captionOf("figure", "3-1", { seeds: 40 }), {
    number: "3-1",
    title: { english: "Top-1 of 40 seeds before recovery", persian: "دقت ۴۰ اجرا پیش از بازیابی" },
    file: "figure-3-1",
  });
});

test("in Persian, a Latin word keeps its own direction and its digits", () => {
  const { title } = captionOf("figure", "2-1", { layer: "layer2.0.conv1" });
  assert.match(title.persian ?? "", /\u2066layer2\.0\.conv1\u2069$/);
});

test("an entry without a number has its name for a file", () => {
  const { number, file, title } = captionOf("table", "frontier");
  assert.deepEqual([number, file], [undefined, "table-frontier"]);
  assert.ok(title.persian);
});

test("a place without a value is named", () => {
  assert.throws(
    () => captionOf("figure", "3-1"),
    new UserError("the title of figure 3-1 has a place for {seeds}: give fill: { seeds: … }"),
  );
});

test("both languages name every figure and table", () => {
  for (const kind of [captions.figure, captions.table])
    for (const [id, { english, persian }] of Object.entries(kind)) {
      assert.match(english, /[a-z]/i, id);
      assert.match(persian, /[\u0600-\u06ff]/, id);
    }
});
