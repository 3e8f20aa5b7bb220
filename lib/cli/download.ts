import { join, relative } from "node:path";
import { missingFiles, unpackCifar10 } from "../assets/images/cifarArchive";
import { fetchFile, type Patience } from "../assets/download/fetchFile";
import { cifarArchive, cifarChecksums, cifarFolder, officialWeights } from "../assets/officialFiles";
import { UserError } from "../core/errors";
import { downloadFolder, root } from "../core/paths";
import { parseOptions } from "./arguments";
import { stepProgress, transferProgress } from "../display/progress";
import { takeLock } from "./lock";

const help = `npm run download: fetches the official weights and CIFAR-10 into data/cache (217 MB, 184 MB more unpacked)

An interrupted download goes on where it stopped. Files put there by hand are verified and used.
  --help           show this`;

/** What is downloaded, and the SHA-256 of the files of images in the archive; a test serves other files. */
const official = { weights: officialWeights, archive: cifarArchive, checksums: cifarChecksums };
type Sources = typeof official;

/** The command behind `npm run download`. @throws UserError if an option is unknown or a file cannot be had. */
export async function download(args: string[]): Promise<number> {
  if (parseOptions("run download", help, args, {})) await downloadAll();
  return 0;
}

/**
 * Fetches what is not there yet, verifies all of it, and unpacks the images. One file that cannot be had does not keep
 * the other from being fetched.
 * @throws UserError that names every file that could not be had; FileError if the folder cannot be written.
 */
export async function downloadAll(
  folder = downloadFolder,
  sources: Sources = official,
  patience?: Patience,
): Promise<void> {
  const release = takeLock(join(folder, ".download.lock"));
  const failures: string[] = [];
  const attempt = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      failures.push(error.message);
    });
  try {
    await attempt(fetchWeights(folder, sources, patience));
    await attempt(fetchImages(folder, sources, patience));
  } finally {
    release();
  }
  if (failures.length) throw new UserError(failures.join("; "));
}

async function fetchWeights(folder: string, { weights }: Sources, patience?: Patience): Promise<void> {
  const target = join(folder, weights.name);
  await fetchFile(weights, target, patience, transferProgress(weights.name));
  console.log(`${relative(root, target)}: the official weights, verified`);
}

async function fetchImages(folder: string, { archive, checksums }: Sources, patience?: Patience): Promise<void> {
  if ((await missingFiles(folder, checksums)).length) {
    const target = join(folder, archive.name);
    await fetchFile(archive, target, patience, transferProgress(archive.name));
    await unpackCifar10(target, folder, stepProgress(), checksums);
  }
  console.log(`${relative(root, join(folder, cifarFolder))}: the official images, verified`);
}
