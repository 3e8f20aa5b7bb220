import { cpus } from "node:os";
import { join } from "node:path";
import { FileError } from "../core/errors";
import { writeAtomically } from "../core/files";
import type { AssetInUse } from "../core/provenance";
import { usableCores } from "../core/usableCores";
import { type Agreement, type Comparison, compareNotebooks, differenceLine } from "./notebooks/compare";
import { codeCells, type Notebook, readNotebook } from "./notebooks/notebookFile";
import { parametersOf } from "./notebooks/parameters";
import { textTable } from "./textTable";

/**
 * How closely a run on another processor must agree. Measured:
 * - one thread gives all digits of two in chapters 1 to 6: the engines add up in the same order;
 * - features by ONNX Runtime's kernels for AVX-512, AVX2 and SSE (QEMU as the processor) differ by up to 4e-6 of their size;
 * - features changed at random by as much changed no number of chapter 3's 320 and 51 of chapter 4's 1,773: the sixth digit
 *   of losses, and the answer of one head of 40 to one image, which moves a mean by 2e-5 of it and an interval by 4e-4.
 * An image of 512 that changes sides for a head moves its top-1 by 0.2 points, 0.0075 of 27 %: so much is allowed.
 */
export const agreement: Agreement = { tolerance: 0.0075, exact: false };

/** Differences of a chapter that are printed; the file holds all. */
const printed = 20;

/** A chapter beside its baseline. */
export type Checked = Comparison & { chapter: number };

/**
 * Reads the notebook that a chapter is to be compared with.
 * @param run the chapter with what will be executed of it, on the weights and images in use.
 * @throws FileError if it is missing, has no outputs, or ran on other weights or images or with other parameters.
 */
export async function readBaseline(
  run: { name: string; notebook: Notebook },
  folder: string,
  inUse: AssetInUse[],
): Promise<Notebook> {
  const file = join(folder, `${run.name}.ipynb`);
  const notebook = await readNotebook(file);
  const known = checksumsIn(notebook);
  if (known.length === 0) throw new FileError(file, "holds no outputs to compare with: run it first");
  const other = known.filter((start) => !inUse.some(({ sha256 }) => sha256.startsWith(start)));
  if (other.length > 0)
    throw new FileError(file, `ran on other weights or images (sha256 ${other.join(", ")}) than those in use here`);
  if (parametersOf(notebook) !== parametersOf(run.notebook))
    throw new FileError(file, "ran with other parameters than the chapter has here: compare like with like");
  return notebook;
}

/** The beginnings of the checksums that the box at the top of a chapter shows. */
function checksumsIn(notebook: Notebook): string[] {
  const outputs = JSON.stringify(codeCells(notebook).map((cell) => cell.outputs));
  return [...new Set([...outputs.matchAll(/sha256 ([0-9a-f]{12})/g)].map(([, start]) => start))];
}

/** Compares an executed chapter with the baseline's. */
export function checkRun(chapter: number, baseline: Notebook, executed: Notebook): Checked {
  return { chapter, ...compareNotebooks(baseline, executed, agreement) };
}

/** A line for each difference, a table of the chapters, and what follows in a sentence. @param against what was compared with. */
export function checkText(checked: Checked[], against: string): string {
  const lines = checked.flatMap(({ chapter, differences }) => [
    ...differences.slice(0, printed).map((difference) => `chapter ${chapter}, ${differenceLine(difference)}`),
    ...(differences.length > printed ? [`chapter ${chapter}: ${differences.length - printed} differences more`] : []),
  ]);
  const rows = checked.map(({ chapter, numbers, equal, close, differences, leftOut }) =>
    [chapter, numbers, equal, close, differences.length, leftOut].map(String),
  );
  const heads = ["chapter", "numbers compared", "equal", "within tolerance", "different", "times left out"];
  const ending = `${textTable(heads, rows)}\n\n${verdictOf(checked, against)}`;
  return lines.length > 0 ? `${lines.join("\n")}\n\n${ending}` : ending;
}

function verdictOf(checked: Checked[], against: string): string {
  const sum = (of: (each: Checked) => number) => checked.reduce((total, each) => total + of(each), 0);
  const differing = checked.filter(({ differences }) => differences.length > 0).map(({ chapter }) => chapter);
  const places = sum(({ differences }) => differences.length);
  if (places > 0) return `This run differs from ${against} in ${places} places of chapter ${differing.join(", ")}.`;
  const close = sum(({ close }) => close);
  const how = close === 0 ? "to the last digit" : `all but ${close} to the last digit, those within the tolerance`;
  return `This run agrees with ${against}: ${sum(({ numbers }) => numbers).toLocaleString("en-US")} numbers, ${how}.`;
}

/** Writes build/check.json: what was compared, on which machine, weights and images, how closely, and each difference. */
export async function writeCheck(
  file: string,
  checked: Checked[],
  about: { against: string; threads: number; weights: AssetInUse; images: AssetInUse },
): Promise<void> {
  const { against, threads, ...assets } = about;
  const [weights, images] = [assets.weights, assets.images].map(({ provenance, sha256 }) => ({ provenance, sha256 }));
  const machine = { processor: cpus()[0].model, cores: usableCores(), node: process.version };
  const agrees = checked.every(({ differences }) => differences.length === 0);
  const content = { agrees, against, machine, threads, weights, images, tolerance: agreement, chapters: checked };
  await writeAtomically(file, `${JSON.stringify(content, null, 2)}\n`);
}
