import { join } from "node:path";
import { writeAtomically } from "../core/files";
import { buildFolder } from "../core/paths";

let folder = join(buildFolder, "figures");

/** Chooses the folder for figures and tables as files, from now on in this process; until then it is `build/figures`. */
export function exportTo(chosen: string): void {
  folder = chosen;
}

/** Writes a figure or table as a file. @throws FileError if the folder cannot be written. */
export async function exportFile(name: string, content: Uint8Array | string): Promise<void> {
  await writeAtomically(join(folder, name), content);
}
