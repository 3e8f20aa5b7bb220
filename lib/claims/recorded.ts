import { readFileSync } from "node:fs";
import { join } from "node:path";
import { referenceFolder } from "../core/paths";

function recorded<T>(name: string): T {
  return JSON.parse(readFileSync(join(referenceFolder, name), "utf8"));
}

/** How often each class occurs among the test images that the report scored: the first 512 official ones. */
export const recordedLabels = recorded<{ total: number; counts: Record<string, number> }>("first-test-labels.json");

/** Singular values of official tensors by layer, to 9 digits, recorded with `data/reference/record-spectra.ts`. */
export const recordedSpectra = (({ source: _source, ...layers }) => layers)(
  recorded<Record<string, number[]>>("official-spectra.json"),
);
