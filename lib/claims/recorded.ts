import { readFileSync } from "node:fs";
import { join } from "node:path";
import { referenceFolder } from "../core/paths";

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(referenceFolder, name), "utf8"));
}

/** What was recorded of the official files, for runs without them. */
export const recorded = {
  /** How often each class occurs among the test images that the report scored: the first 512 official ones. */
  labels: read<{ total: number; counts: Record<string, number> }>("first-test-labels.json"),
  /** Singular values of official tensors by layer, to 9 digits, recorded with `data/reference/record-spectra.ts`. */
  spectra: (({ source: _source, ...layers }) => layers)(read<Record<string, number[]>>("official-spectra.json")),
};
