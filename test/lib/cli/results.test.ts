import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { Claim } from "../../../lib/claims/claims";
import { claimsTable } from "../../../lib/cli/textTable";
import { Results } from "../../../lib/cli/results";
import { notebookText } from "../../../lib/cli/notebooks/notebookFile";
import { madeUpAssets, notebookOf } from "../../support/notebooks";

const claim = (chapter: number, more: Partial<Claim> = {}): Claim => ({
  id: `${chapter}.something`,
  chapter,
  claim: "something",
  reported: 94,
  computed: "95",
  verdict: "differs",
  weights: "demo",
  images: "demo",
  note: "",
  assets: "a+b",
  mustHold: false,
  holds: false,
  timed: false,
  ...more,
});

let folder: string;
let results: Results;
const write = (file: string, content: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};
const claimsOf = (chapter: number) => join(folder, "build", "claims", `chapter-${chapter}.json`);
/** What a run of the chapter leaves. */
const leave = (chapter: number) => {
  write(claimsOf(chapter), JSON.stringify([claim(chapter)]));
  write(results.executed(results.choose([`${chapter}`])[0]), notebookText(notebookOf(`"chapter ${chapter}"`)));
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
  results = new Results(join(folder, "build"), join(folder, "notebooks"));
  for (const name of ["02-spectra.ipynb", "01-introduction.ipynb", "10-last.ipynb", "notes.ipynb", "03-draft.txt"])
    write(join(folder, "notebooks", name), notebookText(notebookOf()));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("chapters are the numbered notebooks, in order", () => {
  assert.deepEqual(
    results.all().map(({ number }) => number),
    [1, 2, 10],
  );
  assert.deepEqual(
    results.choose(["10", "1"]).map(({ name }) => name),
    ["01-introduction", "10-last"],
  );
  for (const wrong of ["3", "0", "02", "x", "1.0"])
    assert.throws(() => results.choose([wrong]), /there is no chapter ".*": notebooks\/ holds 1, 2, 10/);
});

test("before chapters run, their notebooks go and the claims of the same assets stay until they are replaced", async () => {
  await results.prepare(results.all(), "assets A");
  for (const chapter of [1, 2, 10]) leave(chapter);
  const varied = join(folder, "build", "claims", "varied", "chapter-2.json");
  write(varied, JSON.stringify([claim(2)]));
  assert.deepEqual(results.variedClaims(results.choose(["2"])[0]), [claim(2)]);
  assert.deepEqual(await results.prepare(results.choose(["2"]), "assets A"), []);
  assert.deepEqual(
    results.all().map((chapter) => existsSync(results.executed(chapter))),
    [true, false, true],
  );
  assert.deepEqual(results.variedClaims(results.choose(["2"])[0]), []);
  assert.deepEqual(
    (await results.collectClaims()).map(({ chapter }) => chapter),
    [1, 2, 10],
  );
  assert.deepEqual(JSON.parse(readFileSync(join(folder, "build", "claims.json"), "utf8")), [
    claim(1),
    claim(2),
    claim(10),
  ]);
});

test("a run with parameters of the reader's own leaves what the report's settings gave", async () => {
  await results.prepare(results.all(), "assets A");
  for (const chapter of [1, 2]) leave(chapter);
  const [chapter] = results.choose(["2"]);
  const varied = results.executed(chapter, { varied: true });
  write(varied, "an earlier one");
  assert.deepEqual(await results.prepare([chapter], "assets A", [chapter]), []);
  assert.deepEqual([claimsOf(2), results.executed(chapter), varied].map(existsSync), [true, true, false]);
  await results.prepare([chapter], "assets B", [chapter]);
  assert.deepEqual([claimsOf(2), results.executed(chapter)].map(existsSync), [false, false]);
});

test("results of other weights or images go, and are named", async () => {
  await results.prepare(results.all(), "assets A");
  for (const chapter of [1, 2, 10]) leave(chapter);
  const gone = await results.prepare(results.choose(["2"]), "assets B");
  assert.deepEqual(
    gone.map(({ number }) => number),
    [1, 10],
  );
  assert.equal(existsSync(claimsOf(2)), false);
  leave(2);
  assert.deepEqual(
    (await results.collectClaims()).map(({ chapter }) => chapter),
    [2],
  );
});

test("the report holds the chapters that ran", async () => {
  for (const chapter of [1, 10]) leave(chapter);
  await results.collectReport(madeUpAssets);
  const html = readFileSync(results.report, "utf8");
  assert.match(html, /chapter 1&quot;|"chapter 1"/);
  assert.match(html, /id="10-last"/);
  assert.doesNotMatch(html, /id="02-spectra"/);
  assert.equal(html.match(/<td>something<\/td>/g)?.length, 4, "two claims in two languages");
});

test("a chapter that ran with other settings stands in the report with its own claims", async () => {
  for (const chapter of [1, 10]) leave(chapter);
  write(
    join(folder, "build", "claims", "varied", "chapter-10.json"),
    JSON.stringify([claim(10, { verdict: "varied" })]),
  );
  await results.collectReport(madeUpAssets);
  const html = readFileSync(results.report, "utf8");
  assert.match(html, /1 differs/);
  assert.match(html, /1 varied/);
});

test("the table shows each claim with its source and says what must hold and does not", () => {
  const lines = claimsTable([claim(2), claim(3, { verdict: "refuted", mustHold: true, weights: "official" })]).split(
    "\n",
  );
  assert.equal(lines.length, 4);
  assert.match(lines[2], /^2\.something +94 +95 +differs +demo +demo$/);
  assert.match(lines[3], /refuted \(must hold\) +official +demo$/);
});
