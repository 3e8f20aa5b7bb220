import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileError, UserError } from "../../core/errors";
import { readBounded } from "../../core/files";
import { cifarVersion, type Files, isCifarFile, readCifar } from "./cifar";
import { readImageFolder } from "./imageFolder";
import type { ImageSet } from "./labelledImages";
import type { Preparation } from "./preparedImages";
import { readTarGz } from "./tarGz";

/** CIFAR-100's training images take 155 MB. */
const largestInArchive = 2 ** 28;

/**
 * Reads images as people have them: CIFAR-10 or CIFAR-100 as they are downloaded, a folder or an archive, or a folder of class folders.
 * @param labels which of CIFAR-100's.
 * @throws FileError or UserError if they are none of these, or damaged.
 */
export async function readImages(
  path: string,
  labels: string | undefined,
  preparation: Preparation,
): Promise<ImageSet> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new FileError(path, "does not exist");
  const files = found.isDirectory() ? filesIn(path) : await filesPacked(path);
  const version = cifarVersion(files.names);
  if (version) return readCifar(files, version, labels);
  if (!found.isDirectory()) throw new FileError(path, "holds no CIFAR-10 or CIFAR-100: unpack it, and give the folder");
  if (labels) throw new UserError(`--labels ${labels}: only CIFAR-100 has labels to choose from`);
  return readImageFolder(path, preparation);
}

function filesIn(path: string): Files {
  const isFile = (name: string) => statSync(join(path, name), { throwIfNoEntry: false })?.isFile();
  const names = new Set(readdirSync(path).filter((name) => isCifarFile(name) && isFile(name)));
  return { path, names, read: (name) => readBounded(join(path, name), "file of CIFAR") };
}

async function filesPacked(path: string): Promise<Files> {
  if (!/\.(tar\.gz|tgz)$/i.test(path)) throw new FileError(path, "is neither a folder nor a .tar.gz archive");
  const contents = new Map<string, Buffer>();
  const take = async (name: string, content: Buffer) => {
    if (isCifarFile(name)) contents.set(name, content);
  };
  await readTarGz(path, largestInArchive, take, () => false);
  return { path, names: new Set(contents.keys()), read: async (name) => contents.get(name) as Buffer };
}
