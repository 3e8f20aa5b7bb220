import { join, relative } from "node:path";
import { loadForReport } from "./openChapter";
import { type CellProgress, executeNotebook } from "./notebooks/execute";
import { readNotebook, writeNotebook } from "./notebooks/notebookFile";
import { UserError } from "../core/errors";
import { buildFolder, figureFolder, root } from "../core/paths";
import type { Settings } from "../core/settings";
import type { AssetsInUse } from "../display/banner";
import {
  environmentOf,
  exportFolderVariable,
  parseOptions,
  settingHelp,
  settingOptions,
  settingsFrom,
} from "./arguments";
import { checkChapter, requireSameAssets } from "./check";
import { claimsTable } from "./textTable";
import { Durations } from "./durations";
import { endOnSignals, takeLock } from "./lock";
import { type ChapterFile, Results } from "./results";

const options = { ...settingOptions, check: { type: "boolean" }, inplace: { type: "boolean" } } as const;

const help = `npm start [-- [CHAPTER …] [OPTIONS]]

Runs all chapters, or the ones given, each in a fresh kernel. Writes to build/: the executed notebooks, report.html with
interactive figures, claims.json. Exit code 1 if a cell fails or a claim that must hold does not.

  --check          compare every number of the outputs with those committed in notebooks/; exit code 1 if one differs
  --inplace        write the outputs into notebooks/ and the figures into figures/ as well
${settingHelp}`;

/**
 * Runs chapters: `npm start`.
 * @returns the exit code.
 * @throws UserError, FileError or CellError for what the reader has to know.
 */
export async function start(args: string[]): Promise<number> {
  const parsed = parseOptions("start", help, args, options, true);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const { check = false, inplace = false } = values;
  if (check && inplace)
    throw new UserError("--check compares with the outputs that --inplace replaces: give one of them");
  const settings = settingsFrom(values);
  const results = new Results();
  const chapters = results.choose(positionals);
  // Finds files that are damaged or of no use here before any kernel starts.
  const { weights, images } = await loadForReport(settings);
  const assets = { weights: weights.sha256, images: images.sha256 };
  if (check) await requireSameAssets(results, chapters, Object.values(assets));
  endOnSignals();
  const release = takeLock(join(buildFolder, "run.lock"));
  try {
    const stale = await results.prepare(chapters, `${JSON.stringify(assets)}\n`);
    for (const { number } of stale)
      console.log(`chapter ${number} ran on other weights or images: its results are removed`);
    const { threads, fresh, full } = settings;
    const demo = weights.provenance === "demo" && images.provenance === "demo";
    const durations = new Durations(JSON.stringify({ ...assets, threads, fresh, full }), demo);
    console.log(durations.line(chapters.map(({ number }) => number)));
    let differing = 0;
    for (const chapter of chapters) {
      const begun = performance.now();
      await runChapter(results, chapter, settings, inplace);
      await durations.keep(chapter.number, (performance.now() - begun) / 1000);
      if (check && !(await checkChapter(results, chapter))) differing++;
    }
    const code = await conclude(results, chapters, { weights, images });
    return differing > 0 ? 1 : code;
  } finally {
    release();
  }
}

/** Gathers what all chapters left and prints the claims. */
async function conclude(results: Results, chapters: ChapterFile[], inUse: AssetsInUse): Promise<number> {
  await results.collectReport(inUse);
  const claims = await results.collectClaims();
  console.log(`\n${claimsTable(claims)}\n\n${relative(root, results.report)} shows the chapters with their figures`);
  for (const chapter of chapters) {
    const apart = results.variedOf(chapter);
    if (apart)
      console.log(`chapter ${chapter.number} ran with other settings than the report's: ${relative(root, apart)}`);
  }
  const broken = claims.filter(({ mustHold, holds }) => mustHold && !holds);
  for (const { id } of broken) console.error(`claim ${id} must hold and does not`);
  return broken.length > 0 ? 1 : 0;
}

async function runChapter(results: Results, chapter: ChapterFile, settings: Settings, inplace: boolean): Promise<void> {
  const notebook = await readNotebook(results.source(chapter));
  try {
    const title = `chapter ${chapter.number}`;
    const environment = { ...environmentOf(settings), ...(inplace && { [exportFolderVariable]: figureFolder }) };
    await executeNotebook(notebook, { title, environment, onCell: printProgress });
  } catch (error) {
    await writeNotebook(results.executed(chapter, true), notebook);
    throw error;
  }
  await writeNotebook(results.executed(chapter), notebook);
  if (inplace) await writeNotebook(results.source(chapter), notebook);
}

/** One line a cell; in a terminal it is there while the cell runs. */
function printProgress({ title, cell, of, label, seconds }: CellProgress): void {
  const time = seconds === undefined ? "…" : `${seconds.toFixed(1)} s`;
  const line = `${title}, cell ${`${cell}/${of}`.padEnd(5)} ${time.padStart(7)}  ${label}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line.slice(0, process.stdout.columns - 1)}`);
  else if (seconds !== undefined) console.log(line);
  if (process.stdout.isTTY && seconds !== undefined) process.stdout.write("\n");
}
