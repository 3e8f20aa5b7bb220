import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors";
import { root } from "../core/paths";
import { isolated, persianDigits } from "./persian";

/** A title in the report's two languages; the reader's own figures need no Persian one. */
export interface Title {
  english: string;
  persian?: string;
}

/** What stands over a figure or table. */
export interface Heading {
  /** The number in the report's sequence, "2-1". */
  number?: string;
  title: Title;
  /** Which weights and images the numbers come from: `sourceLine`. */
  source: string;
}

/** Values for the {places} in a title. */
export type Fill = Record<string, string | number>;

let captions: Record<"figure" | "table", Record<string, Title>> | undefined;

const read = () => (captions ??= JSON.parse(readFileSync(join(root, "data", "captions.json"), "utf8")));

function filled(text: string, fill: Fill, id: string, inPersian: boolean): string {
  return text.replace(/\{(\w+)\}/g, (place, name) => {
    if (!(name in fill)) throw new UserError(`the title of ${id} has a place for ${place}: give fill: { ${name}: … }`);
    const value = String(fill[name]);
    if (!inPersian) return value;
    return /^[\d.]+$/.test(value) ? persianDigits(value) : isolated(value);
  });
}

/** "Loss of fc, 10 steps" → "loss-of-fc-10-steps": a file's name from any letters. */
const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

/**
 * The caption of an entry in data/captions.json, or of any other id, which then is the title itself; its files' name without ending.
 * @throws UserError if a title has a place that `fill` has no value for.
 */
export function captionOf(
  kind: "figure" | "table",
  id: string,
  fill: Fill = {},
): Omit<Heading, "source"> & { file: string } {
  const entry = read()[kind][id];
  const file = `${kind}-${slug(id)}`;
  if (!entry) return { title: { english: id }, file };
  const english = filled(entry.english, fill, `${kind} ${id}`, false);
  const persian = entry.persian && filled(entry.persian, fill, `${kind} ${id}`, true);
  return { ...(/^\d+-\d+$/.test(id) && { number: id }), title: { english, persian }, file };
}
