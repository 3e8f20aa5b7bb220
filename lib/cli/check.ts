import { UserError } from "../core/errors";
import { type Comparison, compareNotebooks, differenceLine } from "./notebooks/compare";
import { codeCells, type Notebook, readNotebook } from "./notebooks/notebookFile";
import type { ChapterFile, Results } from "./results";

/**
 * How far a number may be from the committed one. The reason: engines' kernels on other processors move features by up to
 * 1e-4 of their size, after which a trained head may classify one image of 512 differently: 0.2 points, 0.0075 of 27 %.
 */
const tolerance = 0.0075;

/**
 * Refuses to compare chapters whose committed outputs rest on other weights or images than those in use.
 * @param inUse sha256 of the weights and of the images.
 * @throws UserError for the first such chapter, or one that is committed without outputs.
 */
export async function requireSameAssets(results: Results, chapters: ChapterFile[], inUse: string[]): Promise<void> {
  for (const chapter of chapters) {
    const known = checksumsIn(await readNotebook(results.source(chapter)));
    if (known.length === 0)
      throw new UserError(`chapter ${chapter.number} is committed without outputs to compare with`);
    const other = known.filter((start) => !inUse.some((checksum) => checksum.startsWith(start)));
    if (other.length > 0)
      throw new UserError(
        `chapter ${chapter.number} cannot be checked: its committed outputs rest on other weights or images (sha256 ${other.join(", ")}) than those in use`,
      );
  }
}

/** The beginnings of the checksums that the box at the top of a chapter shows. */
function checksumsIn(notebook: Notebook): string[] {
  const outputs = JSON.stringify(codeCells(notebook).map((cell) => cell.outputs));
  return [...new Set([...outputs.matchAll(/sha256 ([0-9a-f]{12})/g)].map(([, start]) => start))];
}

/** Compares the last run of a chapter with its committed outputs and prints what came out. Returns whether they agree. */
export async function checkChapter(results: Results, chapter: ChapterFile): Promise<boolean> {
  const [committed, rerun] = [results.source(chapter), results.executed(chapter)].map(readNotebook);
  const comparison = compareNotebooks(await committed, await rerun, { tolerance, exact: false });
  console.log(checkLines(`chapter ${chapter.number}`, comparison));
  return comparison.differences.length === 0;
}

/** "chapter 3: 182 numbers, all equal; …", then a line for each difference. */
export function checkLines(title: string, { numbers, equal, leftOut, differences }: Comparison): string {
  const found = [
    ...(equal === numbers ? ["all equal"] : [`${equal} equal`]),
    ...(differences.length > 0 ? [`differences: ${differences.length}`] : []),
    ...(equal < numbers && differences.length === 0 ? [`the others within ${100 * tolerance} %`] : []),
  ];
  const left = `${leftOut} left out as times or facts of the machine`;
  return [`${title}: ${numbers} numbers, ${found.join(", ")}; ${left}`, ...differences.map(differenceLine)].join(
    "\n  ",
  );
}
