import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The repository's root: the nearest folder above the working directory that holds this project's notebooks. */
export const root = findRoot(process.cwd());

/** Everything that can be computed again; git-ignored. */
export const buildFolder = join(root, "build");

/** Downloaded assets; git-ignored. */
export const downloadFolder = join(root, "data", "cache");

/** The embedded default and the recorded reference values. */
export const demoFolder = join(root, "data", "demo");
export const referenceFolder = join(root, "data", "reference");
export const figureFolder = join(root, "figures");

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "lib", "core", "paths.ts"))) return folder;
    if (folder === dirname(folder)) throw new Error(`${start} is not inside the project's folder: start there instead`);
  }
}
