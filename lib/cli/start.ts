import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { obstacleTo } from "./chapterNeeds";
import { inUse, shown } from "./inUse";
import { loadForReport } from "./openChapter";
import { type CellProgress, executeNotebook } from "./notebooks/execute";
import { type Notebook, readNotebook, writeNotebook } from "./notebooks/notebookFile";
import { injectParameters, isInjected } from "./notebooks/parameters";
import { UserError } from "../core/errors";
import { requireWritable } from "../core/files";
import { buildFolder, figureFolder, root } from "../core/paths";
import type { AssetsInUse } from "../display/banner";
import {
  environmentOf,
  existing,
  exportFolderVariable,
  parseOptions,
  settingHelp,
  settingOptions,
  settingsFrom,
} from "./arguments";
import { checkRun, checkText, readBaseline, writeCheck } from "./check";
import { claimsTable } from "./textTable";
import { Durations } from "./durations";
import { endOnSignals, takeLock } from "./lock";
import { type ChapterFile, Results } from "./results";

const options = {
  ...settingOptions,
  check: { type: "boolean" },
  baseline: { type: "string" },
  set: { type: "string", multiple: true },
  inplace: { type: "boolean" },
} as const;

const help = `npm start [-- [CHAPTER …] [OPTIONS]]

Runs the chapters given, or all that can run on the weights and images, each in a fresh kernel. Writes to build/: the
executed notebooks, report.html with interactive figures, claims.json. Exit code 1 if a cell fails or a claim that must
hold does not.

  --check          compare every number of the outputs with those committed in notebooks/; exit code 1 if one differs;
                   build/check.json holds what was found
  --baseline DIR   compare with the executed notebooks in a folder instead, such as build/notebooks/ of another run
  --set NAME=VALUE give a parameter of the chapters that have it another value: --set 'keeps=[1,0.3]'; again for more;
                   such runs are kept apart, in build/notebooks/varied/ and build/claims/varied/
  --inplace        write the outputs into notebooks/ and the figures into figures/ as well
${settingHelp}`;

type Run = ChapterFile & { notebook: Notebook };

/**
 * Runs chapters: `npm start`.
 * @returns the exit code.
 * @throws UserError, FileError or CellError for what the reader has to know.
 */
export async function start(args: string[]): Promise<number> {
  const parsed = parseOptions("start", help, args, options, true);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const { baseline: folder, check = folder !== undefined, set = [], inplace = false } = values;
  if (check && inplace)
    throw new UserError("--check compares with the outputs that --inplace replaces: give one of them");
  if (set.length > 0 && (check || inplace))
    throw new UserError("--set runs other settings than --check and --inplace are for: leave it out, or them");
  const settings = settingsFrom(values);
  const other = existing(folder, "folder");
  if (check && !other && settings.full)
    throw new UserError("the committed notebooks hold fewer points than --full: leave it out, or give a --baseline");
  const lock = join(buildFolder, "run.lock");
  requireWritable(lock);
  if (inplace) for (const written of ["notebooks", "figures"]) requireWritable(join(root, written, "any"));
  const results = new Results();
  const chosen: Run[] = [];
  for (const chapter of results.choose(positionals))
    chosen.push({ ...chapter, notebook: await readNotebook(results.source(chapter)) });
  injectParameters(chosen, set);
  // Finds files that are damaged or of no use here before any kernel starts.
  const loaded = await loadForReport(settings);
  const { weights, images } = loaded;
  const found = chosen.map(({ number }) => obstacleTo(number, loaded));
  const obstacles = found.flatMap((obstacle) => obstacle ?? []);
  if (positionals.length > 0 && obstacles.length > 0) throw obstacles[0];
  const runs = chosen.filter((_, i) => !found[i]);
  const assets = { weights: weights.sha256, images: images.sha256 };
  const against = other ?? results.committed;
  const baseline = check && (await Promise.all(runs.map((run) => readBaseline(run, against, [weights, images]))));
  endOnSignals();
  const release = takeLock(lock);
  try {
    const stale = await results.prepare(runs, `${JSON.stringify(assets)}\n`, runs.filter(isInjected));
    for (const { number } of stale)
      console.log(`chapter ${number} ran on other weights or images: its results are removed`);
    console.log(inUse(loaded));
    for (const why of new Set(obstacles.map(({ message }) => message))) console.log(`left out: ${why}`);
    const { threads, fresh, full } = settings;
    const demo = weights.provenance === "demo" && images.provenance === "demo";
    const durations = new Durations(JSON.stringify({ ...assets, threads, fresh, full }), demo);
    console.log(durations.line(runs.map(({ number }) => number)));
    const environment = { ...environmentOf(settings), ...(inplace && { [exportFolderVariable]: figureFolder }) };
    for (const run of runs) {
      const begun = performance.now();
      await runChapter(results, run, environment);
      if (!isInjected(run)) await durations.keep(run.number, (performance.now() - begun) / 1000);
      if (inplace) await writeNotebook(results.source(run), run.notebook);
    }
    const code = await conclude(results, runs, shown(loaded));
    if (!baseline) return code;
    const checked = runs.map(({ number, notebook }, i) => checkRun(number, baseline[i], notebook));
    const named = folder ?? "the committed notebooks";
    await writeCheck(results.check, checked, { against: named, threads, weights, images });
    console.log(`\n${checkText(checked, named)}`);
    return checked.some(({ differences }) => differences.length > 0) ? 1 : code;
  } finally {
    release();
  }
}

/** Gathers what all chapters left and prints the claims. */
async function conclude(results: Results, runs: Run[], inUse: AssetsInUse): Promise<number> {
  await results.collectReport(inUse);
  const claims = await results.collectClaims();
  const shown = [...claims, ...runs.flatMap((run) => results.variedClaims(run))];
  console.log(`\n${claimsTable(shown)}\n`);
  if (existsSync(results.report))
    console.log(`${relative(root, results.report)} shows the chapters with their figures`);
  for (const run of runs) {
    const varied = isInjected(run);
    const file = relative(root, results.executed(run, { varied }));
    if (varied || results.variedClaims(run).length > 0)
      console.log(`chapter ${run.number} ran with other settings than the report's: ${file}`);
  }
  const broken = claims.filter(({ mustHold, holds }) => mustHold && !holds);
  for (const { id } of broken) console.error(`claim ${id} must hold and does not`);
  return broken.length > 0 ? 1 : 0;
}

async function runChapter(results: Results, run: Run, environment: NodeJS.ProcessEnv): Promise<void> {
  const [title, varied] = [`chapter ${run.number}`, isInjected(run)];
  try {
    await executeNotebook(run.notebook, { title, environment, onCell: printProgress });
  } catch (error) {
    await writeNotebook(results.executed(run, { varied, failed: true }), run.notebook);
    throw error;
  }
  await writeNotebook(results.executed(run, { varied }), run.notebook);
}

/** One line a cell; in a terminal it is there while the cell runs. */
function printProgress({ title, cell, of, label, seconds }: CellProgress): void {
  const time = seconds === undefined ? "…" : `${seconds.toFixed(1)} s`;
  const line = `${title}, cell ${`${cell}/${of}`.padEnd(5)} ${time.padStart(7)}  ${label}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line.slice(0, process.stdout.columns - 1)}`);
  else if (seconds !== undefined) console.log(line);
  if (process.stdout.isTTY && seconds !== undefined) process.stdout.write("\n");
}
