import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Claim } from "../claims/claims";
import { UserError } from "../core/errors";
import { readIfThere, writeAtomically } from "../core/files";
import type { AssetsInUse } from "../display/banner";
import { writeReport } from "./notebooks/htmlReport";
import { readNotebook } from "./notebooks/notebookFile";
import { buildFolder, root } from "../core/paths";

/** A chapter's notebook. */
export interface ChapterFile {
  number: number;
  /** File name without the ending: "02-spectra". */
  name: string;
}

/** The chapters' notebooks and what runs of them leave in build/. */
export class Results {
  readonly report: string;
  /** What `npm start -- --check` found. */
  readonly check: string;
  private readonly claimsOfAll: string;

  constructor(
    private readonly build = buildFolder,
    readonly committed = join(root, "notebooks"),
  ) {
    this.report = join(build, "report.html");
    this.check = join(build, "check.json");
    this.claimsOfAll = join(build, "claims.json");
  }

  /** The chapters under notebooks/, in order. */
  all(): ChapterFile[] {
    const names = readdirSync(this.committed).flatMap((file) => file.match(/^(\d\d-.+)\.ipynb$/)?.[1] ?? []);
    return names.sort().map((name) => ({ number: Number(name.slice(0, 2)), name }));
  }

  /** The chapters with these numbers, in order; all if none is given. @throws UserError if there is no such chapter. */
  choose(numbers: string[]): ChapterFile[] {
    const all = this.all();
    for (const text of numbers) {
      if (!all.some(({ number }) => String(number) === text))
        throw new UserError(
          `there is no chapter "${text}": notebooks/ holds ${all.map(({ number }) => number).join(", ")}; files are given as npm start -- --weights FILE --images DIR`,
        );
    }
    return numbers.length === 0 ? all : all.filter(({ number }) => numbers.includes(String(number)));
  }

  /** The committed notebook. */
  source({ name }: ChapterFile): string {
    return join(this.committed, `${name}.ipynb`);
  }

  /** The notebook as the last run left it, with parameters of the reader's own apart, or as far as a run came that failed. */
  executed({ name }: ChapterFile, { varied = false, failed = false } = {}): string {
    return join(this.build, "notebooks", varied ? "varied" : "", `${name}${failed ? ".failed" : ""}.ipynb`);
  }

  /**
   * Removes the notebooks that earlier runs left of the chapters that are about to run; everything of all chapters if it
   * was found on other weights or images: results of different assets must not stand side by side. Claims found on the same
   * assets stay, for a chapter replaces its own unless it runs with other settings than the report's.
   * @param assets names the weights and images of this run by their content.
   * @param apart those that will run with parameters of the reader's own: what they left with the notebook's stays.
   * @returns the chapters whose results are gone though they will not run now.
   */
  async prepare(about: ChapterFile[], assets: string, apart: ChapterFile[] = []): Promise<ChapterFile[]> {
    const others = this.all().filter((chapter) => !about.some(({ number }) => number === chapter.number));
    const assetsFile = join(this.build, "claims", "assets.json");
    const same = readIfThere(assetsFile) === assets;
    const stale = same ? [] : others.filter((other) => existsSync(this.claims(other)));
    const gone = [...about, ...stale].flatMap((chapter) => [
      ...(same ? [] : [this.claims(chapter)]),
      ...(same && apart.includes(chapter) ? [] : [this.executed(chapter), this.executed(chapter, { failed: true })]),
      ...[this.variedFile(chapter), this.executed(chapter, { varied: true })],
      this.executed(chapter, { varied: true, failed: true }),
    ]);
    for (const file of [...gone, this.claimsOfAll, this.report, this.check]) rmSync(file, { force: true });
    await writeAtomically(assetsFile, assets);
    return stale;
  }

  /** The claims that the last run of a chapter left apart, if its settings were not the report's. */
  variedClaims(chapter: ChapterFile): Claim[] {
    return readClaims(this.variedFile(chapter));
  }

  /** Gathers the claims of all chapters, as they ran with the report's settings, into claims.json. */
  async collectClaims(): Promise<Claim[]> {
    const claims = this.all().flatMap((chapter) => readClaims(this.claims(chapter)));
    await writeAtomically(this.claimsOfAll, `${JSON.stringify(claims, null, 2)}\n`);
    return claims;
  }

  /** Makes report.html of the executed notebooks, if there are any, and of the claims as they stand there. @param assets in use. */
  async collectReport(assets: AssetsInUse): Promise<void> {
    const there = this.all().filter((chapter) => existsSync(this.executed(chapter)));
    const chapters = there.map(async (each) => ({ ...each, notebook: await readNotebook(this.executed(each)) }));
    const claims = there.flatMap((chapter) => {
      const apart = existsSync(this.executed(chapter, { varied: true })); // and the varied claims are its own
      const varied = apart ? [] : this.variedClaims(chapter);
      return varied.length > 0 ? varied : readClaims(this.claims(chapter));
    });
    if (there.length > 0) await writeReport(this.report, { assets, claims, chapters: await Promise.all(chapters) });
  }

  private claims({ number }: ChapterFile): string {
    return join(this.build, "claims", `chapter-${number}.json`);
  }

  private variedFile({ number }: ChapterFile): string {
    return join(this.build, "claims", "varied", `chapter-${number}.json`);
  }
}

const readClaims = (file: string): Claim[] => JSON.parse(readIfThere(file) ?? "[]");
