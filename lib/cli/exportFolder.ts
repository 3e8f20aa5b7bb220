import { join, resolve } from "node:path";
import { buildFolder, root } from "../core/paths";

/** The environment variable that names the folder for figures and tables as files; the default is `build/figures`. */
export const exportFolderVariable = "LOW_RANK_FIGURES";

/** The folder that the environment names. */
export function exportFolder(environment: NodeJS.ProcessEnv): string {
  const chosen = environment[exportFolderVariable];
  return chosen ? resolve(root, chosen) : join(buildFolder, "figures");
}
