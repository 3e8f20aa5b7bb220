import { existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { writeAtomically } from "../../core/files";
import { buildFolder, root } from "../../core/paths";

/** What the notebooks call their kernel. */
export const kernelName = "low-rank-resnet";

const launcher = join("lib", "cli", "notebooks", "kernelProcess.cjs");

/** Jupyter's description of a kernel that this Node.js starts. */
function specification(script: string, environment: Record<string, string>): string {
  const content = {
    argv: [process.execPath, script, "{connection_file}"],
    display_name: "TypeScript (low-rank-resnet)",
    language: "typescript",
    interrupt_mode: "signal",
    env: environment,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * Writes the kernelspec of this checkout, for kernels with these variables; nothing is installed outside of it.
 * @returns the folder for JUPYTER_PATH.
 * @throws FileError if build/ cannot be written.
 */
export async function writeKernelspec(environment: Record<string, string>): Promise<string> {
  const folder = join(buildFolder, "jupyter");
  const file = join(folder, "kernels", kernelName, "kernel.json");
  await writeAtomically(file, specification(join(root, launcher), environment));
  return folder;
}

/** Where the user's own kernelspecs lie (jupyter_core's `jupyter_data_dir`). */
export function userKernels(environment: NodeJS.ProcessEnv, platform = process.platform, home = homedir()): string {
  const { APPDATA, JUPYTER_DATA_DIR, XDG_DATA_HOME } = environment;
  if (JUPYTER_DATA_DIR) return join(JUPYTER_DATA_DIR, "kernels");
  if (platform === "darwin") return join(home, "Library", "Jupyter", "kernels");
  if (platform === "win32") return join(APPDATA || join(home, "AppData", "Roaming"), "jupyter", "kernels");
  return join(XDG_DATA_HOME || join(home, ".local", "share"), "jupyter", "kernels");
}

/** Starts the checkout's kernel, or says that the checkout is no longer there: what is registered outlives a move. */
const startIfThere = (checkout: string) => `const { existsSync } = require("node:fs");
const script = require("node:path").join(${JSON.stringify(checkout)}, ${JSON.stringify(launcher)});
if (existsSync(script)) require(script);
else {
  console.error(${JSON.stringify(
    `The notebooks' kernel was registered from ${checkout}, which is no longer there: run npm run lab -- --register in the checkout's new place.`,
  )});
  process.exit(1);
}
`;

/**
 * Registers this checkout's kernel in the folder of the user's kernelspecs, where Jupyter, nbconvert and editors look.
 * @returns the kernelspec's own folder.
 * @throws FileError if it cannot be written.
 */
export async function registerKernel(kernels: string): Promise<string> {
  const folder = join(kernels, kernelName);
  const script = join(folder, "start.cjs");
  await writeAtomically(script, startIfThere(root));
  await writeAtomically(join(folder, "kernel.json"), specification(script, {}));
  return folder;
}

/** Takes away what `registerKernel` wrote. @returns whether there was anything. */
export function unregisterKernel(kernels: string): boolean {
  const folder = join(kernels, kernelName);
  const there = existsSync(join(folder, "start.cjs"));
  if (there) rmSync(folder, { recursive: true });
  return there;
}
