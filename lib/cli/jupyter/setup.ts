import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors";
import { readIfThere, writeAtomically } from "../../core/files";
import { buildFolder } from "../../core/paths";

/** What is installed, nbconvert with it: a version that runs on Python 3.9 and later. */
const requirements = ["jupyterlab==4.5.11"];

const scripts = process.platform === "win32" ? "Scripts" : "bin";

const ownFolder = join(buildFolder, "jupyter-venv");

/** Written last, with what was installed: an interrupted set-up lacks it. */
const completeFile = (folder: string) => join(folder, "complete.txt");

/** The project's own Jupyter, if its set-up was completed with the versions of today. */
export function ownJupyter(folder = ownFolder): string | undefined {
  return readIfThere(completeFile(folder)) === requirements.join("\n") ? join(folder, scripts, "jupyter") : undefined;
}

/** Runs a program to its end. */
type Run = (command: string, args: string[]) => { status: number | null; output: string };

const runProgram: Run = (command, args) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return { status, output: `${stdout ?? ""}\n${stderr ?? ""}`.trim() };
};

/**
 * Installs JupyterLab into a virtual environment under build/, from its beginning unless a completed one is there.
 * @param say is told each step in one line.
 * @returns the path of its `jupyter`.
 * @throws UserError that names what is missing and how to get it.
 */
export async function installJupyter(
  say: (line: string) => void,
  run: Run = runProgram,
  folder = ownFolder,
): Promise<string> {
  const there = ownJupyter(folder);
  if (there) return there;
  const python = pythonFrom(run);
  rmSync(folder, { recursive: true, force: true });
  say("1 of 3: a virtual environment under build/");
  const made = run(python, ["-m", "venv", folder]);
  if (made.status !== 0)
    throw new UserError(
      `Python's venv failed (${lastLine(made.output)}): install it (Debian: apt install python3-venv), then npm run lab -- --install again`,
    );
  // The pip that a new environment brings may be years old, and its search for versions that fit takes minutes.
  say("2 of 3: a current pip");
  pipInstall(run, folder, ["pip>=25"]);
  say(`3 of 3: ${requirements.join(", ")} from PyPI, about 100 MB`);
  pipInstall(run, folder, requirements);
  await writeAtomically(completeFile(folder), requirements.join("\n"));
  return join(folder, scripts, "jupyter");
}

function pipInstall(run: Run, folder: string, packages: string[]): void {
  const quiet = ["--quiet", "--no-input", "--disable-pip-version-check"];
  const { status, output } = run(join(folder, scripts, "python"), ["-m", "pip", "install", ...quiet, ...packages]);
  if (status === 0) return;
  throw new UserError(
    `JupyterLab could not be had from PyPI (${lastLine(output)}): go online and run npm run lab -- --install again, or install JupyterLab 4 in another way and run npm run lab`,
  );
}

/** A Python of version 3.9 or later. */
function pythonFrom(run: Run): string {
  const test = "import sys; sys.exit(0 if sys.version_info >= (3, 9) else 1)";
  const python = ["python3", "python"].find((command) => run(command, ["-c", test]).status === 0);
  if (!python) throw new UserError("Python 3.9 or later is not there: install it, then npm run lab -- --install again");
  return python;
}

function lastLine(output: string): string {
  return output.split("\n").at(-1)?.trim() || "without a word";
}
