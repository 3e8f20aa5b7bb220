import { join } from "node:path";
import { readIfThere, writeAtomically } from "../core/files";
import { buildFolder } from "../core/paths";

/** Seconds of each chapter on two cores of an AMD EPYC on which ResNet-18 takes 0.36 s for 64 images; nothing cached. */
const usual: Record<"demo" | "real", Record<number, number>> = {
  demo: { 1: 10, 2: 11, 3: 27, 4: 90, 5: 120, 6: 10, 7: 380 },
  real: { 1: 9, 2: 9, 3: 22, 4: 250, 5: 120, 6: 9, 7: 480 },
};

/** How long each chapter takes under the same conditions, named by a text: as the last run here, else as on another machine. */
export class Durations {
  private readonly known: Record<string, Record<number, number>>;

  /** @param demo whether weights and images are the demo's. */
  constructor(
    private readonly conditions: string,
    private readonly demo: boolean,
    private readonly file = join(buildFolder, "durations.json"),
  ) {
    this.known = parsed(readIfThere(file));
  }

  /** "7 chapters: about 6 min, as the last run here"; what a table of another machine had to tell is said as well. */
  line(chapters: readonly number[]): string {
    const measured = this.known[this.conditions] ?? {};
    const seconds = chapters.map((chapter) => measured[chapter] ?? usual[this.demo ? "demo" : "real"][chapter] ?? 0);
    const source = chapters.every((chapter) => chapter in measured) ? "as the last run here" : "as on two other cores";
    const each = chapters.map((chapter, i) => `${chapter}: ${inWords(seconds[i])}`).join(", ");
    return `about ${inWords(seconds.reduce((sum, each) => sum + each, 0))}, ${source} (chapter ${each})`;
  }

  /** Keeps what a chapter took now. */
  async keep(chapter: number, seconds: number): Promise<void> {
    this.known[this.conditions] = { ...this.known[this.conditions], [chapter]: seconds };
    await writeAtomically(this.file, JSON.stringify(this.known));
  }
}

/** A file of another version or a damaged one tells nothing. */
function parsed(text: string | undefined): Record<string, Record<number, number>> {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
}

const inWords = (seconds: number) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);
