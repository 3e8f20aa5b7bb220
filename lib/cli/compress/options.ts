import { join } from "node:path";
import { UserError } from "../../core/errors";
import type { Precision } from "../../compression/measure/layerTimes";
import { timingTolerance } from "../../compression/measureCompressed";
import { requireWritable } from "../../core/files";
import { buildFolder } from "../../core/paths";
import type { Settings } from "../../core/settings";
import {
  fromReader,
  imageHelp,
  imageOptions,
  parseOptions,
  positiveInteger,
  settingOptions,
  settingsFrom,
  weightsHelp,
} from "../arguments";

/** What `npm run compress` was asked for. */
export interface CompressArguments {
  settings: Settings;
  /** Above 1; undefined: the fastest within `maxDrop`. */
  speedup?: number;
  /** Points of top-1, at least 0; undefined: any. */
  maxDrop?: number;
  /** Of the convolutions, to choose from. */
  precisions: Precision[];
  /** Images at once. */
  batch: number;
  /** Undefined: no layer is trained. */
  tuning?: { epochs?: number; minutes?: number };
  /** The ONNX file, and the report beside it. */
  out: string;
  report: string;
}

const help = `npm run compress [-- OPTIONS]
Makes a ResNet faster on this machine: rounds it to int8, or splits its convolutions, fitted to the training images without
back-propagation, at ranks chosen by measured time, or both. Writes an ONNX file that any runtime opens, and a report beside
it. Some minutes.

${weightsHelp}
${imageHelp}
  --speedup X      times as fast as the original in the same engine, above 1 (default: 2, unless --max-drop stands alone); the
                   last timing, of both in turn, may fall short of it by ${100 * timingTolerance} %
  --max-drop P     points of top-1 it may cost; if it costs more, nothing is written (default: any). Without --speedup: the
                   fastest network that loses no more of the last tenth of the training images, which nothing learns from;
                   three to five are fitted to find it, some minutes each. The one found is measured once on the test
                   images, and not written if the whole 95 % interval of its loss there is above P
  --precision P    arithmetic of the convolutions: fp32, int8, or auto (default), which takes the one that is predicted to
                   lose less at this speed-up; in int8 a layer keeps fp32 where the whole is faster so
  --batch N        images at once, for which it is to be fast (default: 64)
  --tune EPOCHS    after the fit, train all layers but the first by back-propagation, this many times over the training images:
                   hours instead of minutes where they are many; Ctrl-C keeps the best so far
  --tune-minutes M the same, no longer than this; without --tune as many epochs as there is time for
  --threads N      threads of the engine (default: all cores that it may use)
  --out FILE       the ONNX file (default: build/compressed.onnx)
  --fresh          compute again what the caches hold
  --help           show this

Exit code 0: written. 1: an error. 2: the speed-up is out of reach, was missed, or all costs more than --max-drop; nothing is
written then, and what can be had is said with its command.`;

const { weights, entry, threads, fresh } = settingOptions;
const text = { type: "string" } as const;
const own = { speedup: text, "max-drop": text, precision: text, batch: text, out: text };
const tuned = { tune: text, "tune-minutes": text };
const options = { weights, entry, ...imageOptions, threads, fresh, ...own, ...tuned };

/**
 * Reads and checks the command line, so that no mistake shows only after minutes.
 * @returns undefined if help was asked for and shown.
 * @throws UserError or FileError if an option is unknown or wrong, or the files cannot be written there.
 */
export function compressArguments(args: string[]): CompressArguments | undefined {
  const parsed = parseOptions("run compress", help, args, options);
  if (!parsed) return undefined;
  const { values } = parsed;
  const maxDrop = values["max-drop"] === undefined ? undefined : numberFrom(values["max-drop"], "--max-drop");
  const speedup =
    values.speedup === undefined && maxDrop !== undefined ? undefined : speedupFrom(values.speedup ?? "2");
  if (values.out === "") throw new UserError("--out takes the name of a file, not nothing");
  const out = values.out === undefined ? join(buildFolder, "compressed.onnx") : fromReader(values.out);
  const settings = settingsFrom(values);
  if (out === settings.weights) throw new UserError(`--out would overwrite the weights: give another file than ${out}`);
  const tuning = {
    epochs: values.tune === undefined ? undefined : positiveInteger(values.tune, "--tune"),
    minutes: values["tune-minutes"] === undefined ? undefined : minutesFrom(values["tune-minutes"]),
  };
  const report = `${out.replace(/\.onnx$/i, "")}.json`;
  // Features and tables are kept in build/cache whatever --out says.
  for (const file of [out, report, join(buildFolder, "cache", "features.bin")]) requireWritable(file);
  return {
    settings,
    speedup,
    maxDrop,
    precisions: precisionsFrom(values.precision ?? "auto"),
    batch: values.batch === undefined ? 64 : positiveInteger(values.batch, "--batch"),
    tuning: tuning.epochs === undefined && tuning.minutes === undefined ? undefined : tuning,
    out,
    report,
  };
}

function precisionsFrom(value: string): Precision[] {
  if (value === "auto") return ["fp32", "int8"];
  if (value === "fp32" || value === "int8") return [value];
  throw new UserError(`--precision takes fp32, int8 or auto, not "${value}"`);
}

function speedupFrom(value: string): number {
  const speedup = numberFrom(value, "--speedup");
  if (speedup <= 1) throw new UserError(`--speedup takes a number above 1, not "${value}"`);
  return speedup;
}

function minutesFrom(value: string): number {
  const minutes = numberFrom(value, "--tune-minutes");
  if (minutes === 0) throw new UserError("--tune-minutes takes a number above 0: leave it out to train nothing");
  return minutes;
}

/** Digits with or without a point: neither a sign nor an exponent is of use here. */
function numberFrom(value: string, name: string): number {
  if (!/^(\d{1,6}(\.\d*)?|\.\d+)$/.test(value))
    throw new UserError(`${name} takes a number such as 1.5, not "${value}"`);
  return Number(value);
}
