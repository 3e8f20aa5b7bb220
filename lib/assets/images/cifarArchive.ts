import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../core/errors";
import { sha256, checksumOfFile, writeAtomically } from "../../core/files";
import type { OnStep } from "../../core/progress";
import { cifarArchive, cifarChecksums, cifarFolder } from "../officialFiles";
import { readTarGz } from "./tarGz";

/** Each of the archive's files of images: 10 000 records of 3073 bytes. */
const fileBytes = 30_730_000;

/**
 * Unpacks CIFAR-10's files of images from an archive into folder/cifar-10-batches-bin, each verified against its sha256
 * before it gets its name. Files that are already there and right stay as they are.
 * @throws FileError if the archive is damaged, lacks a file, or holds one of another content.
 */
export async function unpackCifar10(
  archive: string,
  folder: string,
  onStep: OnStep = () => undefined,
  checksums = cifarChecksums,
): Promise<void> {
  const missing = new Set(await missingFiles(folder, checksums));
  if (missing.size === 0) return;
  const wanted = missing.size;
  const showRest = () => onStep(`unpacking ${cifarArchive.name}, files`, wanted - missing.size, wanted);
  showRest();
  const done = () => missing.size === 0;
  const take = async (name: string, content: Buffer) => {
    if (!missing.delete(name)) return;
    if (sha256(content) !== checksums[name]) throw new FileError(archive, `its ${name} is not the official one`);
    await writeAtomically(join(folder, cifarFolder, name), content);
    showRest();
  };
  await readTarGz(archive, fileBytes, take, done);
  if (!done()) throw new FileError(archive, `lacks ${[...missing].join(", ")}: incomplete, or no ${cifarArchive.name}`);
}

/** Names of the files of images that folder/cifar-10-batches-bin lacks, or holds with another content. */
export async function missingFiles(folder: string, checksums = cifarChecksums): Promise<string[]> {
  const missing: string[] = [];
  for (const [name, checksum] of Object.entries(checksums)) {
    const file = join(folder, cifarFolder, name);
    if (!existsSync(file) || (await checksumOfFile(file)) !== checksum) missing.push(name);
  }
  return missing;
}
