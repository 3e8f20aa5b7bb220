import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { FileError, UserError } from "../core/errors";
import { buildFolder, root } from "../core/paths";
import { currentSettings, type Settings, settingVariables } from "../core/settings";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Lines in a command's --help of the options that name weights. */
export const weightsHelp = `  --weights FILE   a state dict of your own (.pth or .safetensors) instead of the official or the demo one
  --entry NAME     which of the state dicts in that file, where it holds several: model, ema.module`;

/** Options of every command that reads images. */
export const imageOptions = {
  images: { type: "string" },
  labels: { type: "string" },
  size: { type: "string" },
  mean: { type: "string" },
  std: { type: "string" },
} as const satisfies Options;

/** Their lines in a command's --help. */
export const imageHelp = `  --images PATH    images of your own: a folder of class folders (PNG, JPEG, WebP, BMP), in train/ and test/ or to be split, or
                   CIFAR-10 or CIFAR-100, binary or Python, as a folder or .tar.gz
  --labels KIND    of CIFAR-100: fine (default) or coarse
  --size N         side to which images are resized (default: 128)
  --mean NUMBERS   mean of each channel, of values from 0 to 1, such as 0.49,0.48,0.45, or one number for a grey network; or the
                   name of a set of both: imagenet (default), cifar
  --std NUMBERS    as many standard deviations`;

/** Options that every command with a kernel takes. */
export const settingOptions = {
  weights: { type: "string" },
  entry: { type: "string" },
  ...imageOptions,
  threads: { type: "string" },
  fresh: { type: "boolean" },
  full: { type: "boolean" },
  note: { type: "string" },
} as const satisfies Options;

/** Their lines in a command's --help. */
export const settingHelp = `${weightsHelp}
${imageHelp}
  --threads N      threads of the engine (default: all cores that this process may use)
  --fresh          compute again what the caches hold
  --full           all points where a chapter draws fewer by default (7: every allocation with every fit)
  --note TEXT      a note on the weights, shown where it matters ("layer3 is not the official tensor")
  --help           show this`;

/** The command as a reader types it: "npm start -- 2 --note 'so so'". */
export function commandLine(command: string, args: readonly string[]): string {
  const quoted = args.map((arg) => (/^[\w./=:@…-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`));
  return [`npm ${command} --`, ...quoted].join(" ");
}

/**
 * npm takes options before a "--" for its own, leaves them in the environment, and runs the command without them.
 * @param environment of the command; one's name "no-…" is npm's way to negate its own and stays out of this.
 * @throws UserError that says how to write it, if one of the command's options stands there.
 */
export function requireNoneSwallowed(
  command: string,
  args: string[],
  options: Options,
  environment = process.env,
): void {
  const swallowed = Object.entries(options).flatMap(([name, { type }]) => {
    const value = environment[`npm_config_${name.replaceAll("-", "_")}`];
    if (!value || name.startsWith("no-")) return [];
    const given = value.split("\n\n").map((each) => (each === "true" ? "…" : each));
    return type === "boolean" ? [[`--${name}`]] : given.map((each) => [`--${name}`, each]);
  });
  if (swallowed.length === 0) return;
  // Newer versions of npm leave an option's value among the arguments.
  const kept = swallowed.flat().includes("…") ? [] : args;
  const names = [...new Set(swallowed.map(([name]) => name))].join(", ");
  const right = commandLine(command, [...kept, ...swallowed.flat()]);
  throw new UserError(`npm took ${names} for its own: options stand after a --, ${right}`);
}

/**
 * Splits a command line into options and the rest, or shows the command's help if that is asked for.
 * @returns undefined where the help was shown: there is nothing else to do then.
 * @throws UserError if an option is unknown, lacks its value or went to npm, or there is a rest that the command does not take.
 */
export function parseOptions<T extends Options>(
  command: string,
  help: string,
  args: string[],
  options: T,
  allowPositionals = false,
) {
  requireNoneSwallowed(command, args, options);
  try {
    const parsed = parseArgs({ args, options: { ...options, help: { type: "boolean" } }, allowPositionals });
    if (!("help" in parsed.values)) return parsed;
    console.log(help);
    return undefined;
  } catch (error) {
    const reason = (error as Error).message.split(/\. (?=To specify|This command)|\n/)[0];
    throw new UserError(`${reason}: see npm ${command} -- --help`);
  }
}

type SettingValues = Partial<Omit<Settings, "threads">> & { threads?: string };

/**
 * The settings in force: the command line's, else the environment's. Paths become absolute, since the kernel's working
 * directory is another one than the reader's.
 * @throws FileError or UserError if a path or a number is wrong.
 */
export function settingsFrom(given: SettingValues): Settings {
  const inherited = currentSettings(process.env);
  const { weights, images, labels, size, mean, std, fresh, full, note } = { ...inherited, ...given };
  const entry = given.weights === undefined ? (given.entry ?? inherited.entry) : given.entry;
  if (entry !== undefined && weights === undefined)
    throw new UserError("--entry chooses in the file of --weights: give both");
  const paths = { weights: existing(weights, "file"), images: existing(images) };
  const threads = given.threads === undefined ? inherited.threads : positiveInteger(given.threads, "--threads");
  return { ...paths, entry, labels, size, mean, std, threads, fresh, full, note };
}

/** The settings as environment variables, for a kernel. */
export function environmentOf({ threads, fresh, full, ...texts }: Settings): Record<string, string> {
  const all = { ...texts, threads: String(threads), fresh: fresh ? "1" : "", full: full ? "1" : "" };
  const named = Object.entries(all).map(([name, text]) => [settingVariables[name as keyof Settings], text ?? ""]);
  return Object.fromEntries(named);
}

/** The environment variable that names the folder for figures and tables as files; the default is `build/figures`. */
export const exportFolderVariable = "LOW_RANK_FIGURES";

/** The folder that the environment names. */
export function exportFolder(environment: NodeJS.ProcessEnv): string {
  const chosen = environment[exportFolderVariable];
  return chosen ? resolve(root, chosen) : join(buildFolder, "figures");
}

/** npm changes to the repository's root; what the reader typed is relative to where they typed it. */
export const fromReader = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path);

/** The path made absolute. @throws UserError if it is empty; FileError if there is no such thing, or it is not of the kind that is wanted. */
export function existing(path: string | undefined, kind?: "file" | "folder"): string | undefined {
  if (path === undefined) return undefined;
  if (path === "") throw new UserError(`an option takes the name of a ${kind ?? "file or folder"}, not nothing`);
  const absolute = fromReader(path);
  if (!existsSync(absolute)) throw new FileError(absolute, "does not exist");
  if (kind && statSync(absolute).isDirectory() !== (kind === "folder"))
    throw new FileError(absolute, `is not a ${kind}`);
  return absolute;
}

/** @throws UserError unless the text is a whole number above 0. */
export function positiveInteger(text: string, name: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UserError(`${name} takes a whole number above 0, not "${text}"`);
  return Number(text);
}
