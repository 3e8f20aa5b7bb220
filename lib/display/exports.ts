import { join, resolve } from "node:path";
import { writeAtomically } from "../core/files";
import { buildFolder, root } from "../core/paths";

/** The environment variable that names the folder for figures and tables as files; the default is `build/figures`. */
export const exportFolderVariable = "LOW_RANK_FIGURES";

/**
 * Writes a figure or table as a file.
 * @throws FileError if the folder cannot be written.
 */
export async function exportFile(name: string, content: Uint8Array | string): Promise<void> {
  const chosen = process.env[exportFolderVariable];
  const folder = chosen ? resolve(root, chosen) : join(buildFolder, "figures");
  await writeAtomically(join(folder, name), content);
}
