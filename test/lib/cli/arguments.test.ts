import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import {
  environmentOf,
  parseOptions,
  requireNoneSwallowed,
  settingOptions,
  settingsFrom,
} from "../../../lib/cli/arguments";
import { UserError } from "../../../lib/core/errors";
import { currentSettings } from "../../../lib/core/settings";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
  file = join(folder, "own.pth");
  writeFileSync(file, "");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  delete process.env.INIT_CWD;
});

test("options and chapters are told apart", () => {
  const parsed = parseOptions("start", "", ["2", "--threads", "1", "--fresh", "4"], settingOptions, true);
  assert.deepEqual({ ...parsed?.values }, { threads: "1", fresh: true });
  assert.deepEqual(parsed?.positionals, ["2", "4"]);
});

for (const args of [["2"], ["--wieghts", "x"], ["-x"], ["--threads"], ["--fresh=1"]])
  test(`refused in one line that names --help: ${args.join(" ")}`, () => {
    assert.throws(
      () => parseOptions("start", "", args, settingOptions),
      (error) => error instanceof UserError && /^[^\n]*: see npm start -- --help$/.test(error.message),
    );
  });

const swallowed: [Record<string, string>, string[], string][] = [
  [{ weights: "own.pth" }, ["2"], "npm start -- 2 --weights own.pth"],
  [{ fresh: "true", threads: "2" }, [], "npm start -- --threads 2 --fresh"],
  [{ note: "it's mine" }, ["2"], "npm start -- 2 --note 'it'\\''s mine'"],
  // npm 11 leaves the value among the arguments.
  [{ weights: "true", full: "true" }, ["own.pth"], "npm start -- --weights … --full"],
  [{ set: "a=1\n\nb=2" }, ["3"], "npm start -- 3 --set a=1 --set b=2"],
  [{ max_drop: "1" }, [], "npm start -- --max-drop 1"],
];
const every = { ...settingOptions, set: { type: "string" }, "max-drop": { type: "string" } } as const;
for (const [taken, args, right] of swallowed)
  test(`options that went to npm are refused with the right command: ${right}`, () => {
    const environment = Object.fromEntries(Object.entries(taken).map(([name, value]) => [`npm_config_${name}`, value]));
    assert.throws(
      () => requireNoneSwallowed("start", args, every, environment),
      (error) => error instanceof UserError && error.message.endsWith(`, ${right}`),
    );
  });

test("what npm sets for itself goes through", () => {
  const environment = {
    npm_config_cache: "/c",
    npm_config_browser: "",
    npm_config_fresh: "",
    npm_config_user_agent: "u",
  };
  requireNoneSwallowed("run lab", [], { ...every, "no-browser": { type: "boolean" } }, environment);
});

test("paths become absolute from where the reader typed them", () => {
  process.env.INIT_CWD = folder;
  assert.equal(settingsFrom({ weights: "own.pth" }).weights, file);
  assert.equal(settingsFrom({ images: "." }).images, folder);
});

test("paths that do not exist or are of the wrong kind are refused", () => {
  assert.throws(() => settingsFrom({ weights: join(folder, "none.pth") }), /^FileError: .*none\.pth: does not exist$/);
  assert.throws(() => settingsFrom({ weights: folder }), /^FileError: .*: is not a file$/);
  assert.throws(() => settingsFrom({ images: join(folder, "none") }), /^FileError: .*none: does not exist$/);
  assert.equal(settingsFrom({ images: file }).images, file, "perhaps an archive");
  for (const none of [{ weights: "" }, { images: "" }])
    assert.throws(() => settingsFrom(none), /^UserError: .*not nothing$/);
});

for (const threads of ["0", "-1", "1.5", "two", "", "1e3"])
  test(`"${threads}" threads are refused`, () => {
    assert.throws(() => settingsFrom({ threads }), /^UserError: --threads takes a whole number above 0/);
  });

test("a kernel reads from its environment what the command line said", () => {
  const settings = settingsFrom({
    weights: file,
    entry: "model",
    images: folder,
    size: "32",
    mean: "0.5",
    std: "0.25",
    labels: "coarse",
    threads: "3",
    fresh: true,
    full: true,
    note: "layer3",
  });
  const texts = {
    weights: file,
    entry: "model",
    images: folder,
    labels: "coarse",
    size: "32",
    mean: "0.5",
    std: "0.25",
    note: "layer3",
  };
  assert.deepEqual(settings, { ...texts, threads: 3, fresh: true, full: true });
  assert.deepEqual(currentSettings(environmentOf(settings)), settings);
  const defaults = settingsFrom({});
  assert.deepEqual(currentSettings(environmentOf(defaults)), defaults);
});

test("an entry belongs to the file that is given with it", () => {
  assert.throws(
    () => settingsFrom({ entry: "model" }),
    /^UserError: --entry chooses in the file of --weights: give both$/,
  );
  Object.assign(process.env, { LOW_RANK_WEIGHTS: file, LOW_RANK_ENTRY: "ema" });
  try {
    assert.deepEqual([settingsFrom({}).entry, settingsFrom({ entry: "model" }).entry], ["ema", "model"]);
    assert.equal(settingsFrom({ weights: file }).entry, undefined);
  } finally {
    delete process.env.LOW_RANK_WEIGHTS;
    delete process.env.LOW_RANK_ENTRY;
  }
});
