import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { buildFolder, downloadFolder, root } from "../../lib/core/paths";
import { exportFolderVariable } from "../../lib/cli/arguments";
import { settingVariables } from "../../lib/core/settings";

const parts = ["lib", "notebooks", "data", "package.json", "tsconfig.json"];

/**
 * A copy of this checkout for runs of whole commands: nothing downloaded is in it, so the demo is in use, and what the
 * reader has in build/ stays as it is.
 * @param cache "shared": what this checkout has computed counts; "own": nothing has been computed yet.
 */
export function copyCheckout(cache: "shared" | "own"): string {
  const folder = mkdtempSync(join(tmpdir(), "low-rank-checkout-"));
  const filter = (source: string) => source !== downloadFolder;
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true, filter });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  mkdirSync(join(folder, "build"));
  if (cache === "own") return folder;
  mkdirSync(join(buildFolder, "cache"), { recursive: true });
  symlinkSync(join(buildFolder, "cache"), join(folder, "build", "cache"), "junction");
  return folder;
}

export function removeCheckout(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** This process's environment without settings of the reader's own. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const own = new Set<string>([...Object.values(settingVariables), exportFolderVariable, "INIT_CWD"]);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.has(name)));
}

/** What a command needs to start in a copy: npm's scripts run the same file. */
export const commandLine = ["--import", "tsx", "lib/cli/main.ts"];

/** Runs a command of the project to its end, as `npm start` and `npm run …` do. */
export function runCommand(folder: string, args: string[], environment: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [...commandLine, ...args], {
    cwd: folder,
    env: { ...plainEnvironment(), ...environment },
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
}

/** Writes a copy's kernelspec, as `npm run lab` does. Returns the environment in which Jupyter finds it. */
export function environmentWithKernel(folder: string): NodeJS.ProcessEnv {
  const script = `require("./lib/cli/jupyter/kernelspec").writeKernelspec({}).then(console.log)`;
  const options = { cwd: folder, env: plainEnvironment(), encoding: "utf8" } as const;
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "-e", script], options);
  if (stderr !== "") throw new Error(stderr);
  const path = [stdout.trim(), process.env.JUPYTER_PATH].filter(Boolean).join(delimiter);
  return { ...plainEnvironment(), JUPYTER_PATH: path };
}
