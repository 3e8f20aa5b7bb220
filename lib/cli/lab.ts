import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { UserError } from "../core/errors";
import { writeAtomically } from "../core/files";
import { buildFolder, root } from "../core/paths";
import { environmentOf, parseOptions, settingHelp, settingOptions, settingsFrom } from "./arguments";

const help = `npm run lab [-- [OPTIONS] [-- OPTIONS OF JUPYTER]]

Starts JupyterLab (or the classic Notebook where only that is installed) at the repository's root with the project's own
kernel. Open a notebook under notebooks/ and choose "Restart and run all".

${settingHelp}`;

/**
 * Starts Jupyter with the project's kernel: `npm run lab`.
 * @returns its exit code.
 * @throws UserError if there is no Jupyter.
 */
export async function lab(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions("run lab", args, settingOptions);
  if (values.help) {
    console.log(help);
    return 0;
  }
  const application = findJupyter();
  const path = await writeKernelspec(environmentOf(settingsFrom(values)));
  const jupyterPath = [path, process.env.JUPYTER_PATH].filter(Boolean).join(delimiter);
  const env = { ...process.env, JUPYTER_PATH: jupyterPath };
  const child = spawn("jupyter", [application, ...positionals], { cwd: root, env, stdio: "inherit" });
  // Ctrl-C reaches Jupyter as well, which asks before it ends; this process waits for its answer.
  process.on("SIGINT", () => {});
  process.once("SIGTERM", () => child.kill("SIGTERM"));
  const [code] = await once(child, "exit");
  return code ?? 1;
}

/** "lab" or, where only that is installed, "notebook". */
function findJupyter(): string {
  const installed = (application: string) => spawnSync("jupyter", [application, "--version"]).status === 0;
  if (installed("lab")) return "lab";
  if (!installed("notebook"))
    throw new UserError("JupyterLab is not installed: pip install jupyterlab, then try again");
  console.log("JupyterLab is not installed (pip install jupyterlab): starting the classic Jupyter Notebook instead");
  return "notebook";
}

/**
 * Writes the kernelspec "tslab" of this checkout; nothing is installed outside of it.
 * @param environment variables for every kernel that Jupyter starts from it.
 * @returns the folder for JUPYTER_PATH.
 */
export async function writeKernelspec(environment: Record<string, string>): Promise<string> {
  const folder = join(buildFolder, "jupyter");
  const specification = {
    argv: [process.execPath, join(root, "lib", "cli", "notebooks", "kernelProcess.cjs"), "{connection_file}"],
    display_name: "TypeScript (low-rank-resnet)",
    language: "typescript",
    interrupt_mode: "signal",
    env: environment,
  };
  const file = join(folder, "kernels", "tslab", "kernel.json");
  await writeAtomically(file, `${JSON.stringify(specification, null, 2)}\n`);
  return folder;
}
