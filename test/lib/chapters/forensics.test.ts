import assert from "node:assert/strict";
import { test } from "node:test";
import type { Assets } from "../../../lib/assets/assets";
import type { Provenance } from "../../../lib/core/provenance";
import { cifarClassNames } from "../../../lib/assets/officialFiles";
import {
  type ClassCounts,
  coincidence,
  forensicFinding,
  forensicRows,
  readPrintedAccuracy,
  recordedClassCounts,
  recount,
} from "../../../lib/chapters/forensics";
import { UserError } from "../../../lib/core/errors";
import { assertNear } from "../../support/close";

const recorded = recordedClassCounts();

/** Probability of `count` right answers of `total` at one in ten, by exact integers. */
function exactly(count: number, total: number): number {
  let ways = 1n;
  for (let i = 1n; i <= BigInt(count); i++) ways = (ways * (BigInt(total) - i + 1n)) / i;
  const scale = 10n ** 290n;
  return Number((ways * 9n ** BigInt(total - count) * scale) / 10n ** BigInt(total)) / 1e290;
}

test("the recorded counts are 512 images of CIFAR-10's ten classes in label order", () => {
  assert.deepEqual(Object.keys(recorded.counts), cifarClassNames);
  assert.equal(
    Object.values(recorded.counts).reduce((sum, count) => sum + count),
    512,
  );
  assert.equal(recorded.total, 512);
});

test("8.01 % is 41 of 512, which is automobile alone; 9.57 % is 49, which is cat alone", () => {
  const [k5, k2] = [8.01, 9.57].map((printed) => readPrintedAccuracy(printed, recorded));
  assert.deepEqual([k5.correct, k5.classes], [41, ["automobile"]]);
  assert.deepEqual([k2.correct, k2.classes], [49, ["cat"]]);
});

test("the report's other accuracies are no class's share", () => {
  for (const [printed, correct] of [
    [50.78, 260],
    [36.72, 188],
    [17.58, 90],
  ]) {
    const reading = readPrintedAccuracy(printed, recorded);
    assert.deepEqual([reading.correct, reading.classes], [correct, []]);
  }
});

test("every count of 512 is found again from its two decimals; what no count rounds to has none", () => {
  for (let correct = 0; correct <= 512; correct++) {
    const printed = Number(((100 * correct) / 512).toFixed(2));
    assert.equal(readPrintedAccuracy(printed, recorded).correct, correct);
  }
  const none = readPrintedAccuracy(8.05, recorded);
  assert.deepEqual([none.correct, none.classes, none.guessing], [undefined, [], 0]);
});

test("where two decimals fit several counts, none is claimed", () => {
  const large: ClassCounts = { total: 100000, counts: { many: 8010, more: 8011 } };
  assert.deepEqual(readPrintedAccuracy(8.01, large).correct, undefined);
});

test("classes of equal size are all named", () => {
  assert.deepEqual(readPrintedAccuracy(11.13, recorded).classes, ["airplane", "ship"]);
});

test("a guesser's luck is the binomial probability", () => {
  for (const [printed, count] of [
    [8.01, 41],
    [9.57, 49],
    [0, 0],
    [50.78, 260],
  ])
    assertNear(readPrintedAccuracy(printed, recorded).guessing / exactly(count, 512), 1, 1e-9);
  // scipy.stats.binom.pmf(41, 512, 0.1)
  assertNear(readPrintedAccuracy(8.01, recorded).guessing, 0.01946302760977178, 1e-12);
  const sizes = [...new Set(Object.values(recorded.counts))];
  assertNear(
    coincidence(recorded),
    sizes.reduce((sum, size) => sum + exactly(size, 512), 0),
    1e-12,
  );
});

/** Assets whose test labels follow the counts; the pixels are not looked at. */
function assetsWith({ counts }: ClassCounts, provenance: Provenance): Assets {
  const labels = Uint8Array.from(Object.values(counts).flatMap((count, label) => new Array(count).fill(label)));
  const images = { count: labels.length, pixels: new Uint8Array(), labels, sha256: "" };
  return {
    weights: { provenance: "demo", file: "", sha256: "", stateDict: new Map() },
    images: { provenance, folder: "", train: images, test: images, classNames: Object.keys(counts), sha256: "" },
  };
}

test("the official images are counted again; a wrong record is an error, however small", () => {
  assert.match(recount(assetsWith(recorded, "official"), recorded), /^Recounted/);
  const { cat, dog } = recorded.counts;
  const wrong = { ...recorded, counts: { ...recorded.counts, cat: cat + 1, dog: dog - 1 } };
  assert.throws(() => recount(assetsWith(recorded, "official"), wrong), UserError);
  assert.throws(() => recount(assetsWith(recorded, "official"), wrong), /first-test-labels\.json.*differ/);
});

test("only the first 512 test images count, and only official ones", () => {
  const more = { ...recorded, counts: { ...recorded.counts, truck: recorded.counts.truck + 100 } };
  assert.match(recount(assetsWith(more, "official"), recorded), /^Recounted/);
  for (const provenance of ["demo", "custom"] as const)
    assert.match(recount(assetsWith(more, provenance), recorded), /not in use/);
});

test("the finding names the classes if all printed numbers are class shares, and says so if they are not", () => {
  const readings = (...printed: number[]) => printed.map((one) => readPrintedAccuracy(one, recorded));
  const all = forensicFinding(readings(8.01, 9.57), recorded);
  assert.match(all, /8\.01 % is exactly the share of \*automobile\* and 9\.57 % is exactly the share of \*cat\*/);
  assert.match(all, new RegExp(`probability ${coincidence(recorded).toFixed(2)}`), "the luck it may have been");
  assert.match(forensicFinding(readings(8.01, 36.72), recorded), /automobile.*does not explain all/);
  assert.match(forensicFinding(readings(36.72), recorded), /^No printed accuracy/);
});

test("the table shows count and classes of each printed number", () => {
  const rows = forensicRows(
    [9.57, 36.72, 8.05].map((one) => readPrintedAccuracy(one, recorded)),
    recorded,
  );
  assert.deepEqual(
    rows.map((row) => [row["printed %"], row["correct answers"], row["class of exactly this size"]]),
    [
      [9.57, "49 of 512", "cat"],
      [36.72, "188 of 512", "none"],
      [8.05, "none fits", "none"],
    ],
  );
});
