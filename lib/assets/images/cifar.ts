import { join } from "node:path";
import { FileError, UserError } from "../../core/errors";
import { testFile, trainFile } from "../officialFiles";
import { classNamesOfPickle, recordsOfPickle } from "./cifarPickle";
import { imagesOfRecords } from "./cifarRecords";
import { classNamesFrom, numberedClasses } from "./classNames";
import type { ImageSet } from "./labelledImages";

/** Files side by side, in a folder or an archive. */
export interface Files {
  /** Of the folder or archive. */
  path: string;
  names: ReadonlySet<string>;
  read(name: string): Promise<Buffer>;
}

/** A version of CIFAR as it is downloaded. */
interface Version {
  kind: string;
  train: string;
  test: string;
  /** Lists of labels in the order of a record's bytes, each with the file or list of its classes' names. */
  labels: Record<string, { list: string; names: string; classes: number }>;
  /** The pickle that holds the lists of names; without it each is a file. */
  meta?: string;
}

const ten = (names: string) => ({ fine: { list: "labels", names, classes: 10 } });
const hundred = (ending: string) => ({
  coarse: { list: "coarse_labels", names: `coarse_label_names${ending}`, classes: 20 },
  fine: { list: "fine_labels", names: `fine_label_names${ending}`, classes: 100 },
});

const versions: readonly Version[] = [
  { kind: "CIFAR-10 (binary)", train: trainFile, test: testFile, labels: ten("batches.meta.txt") },
  { kind: "CIFAR-100 (binary)", train: "train.bin", test: "test.bin", labels: hundred(".txt") },
  {
    kind: "CIFAR-10 (Python)",
    train: "data_batch_1",
    test: "test_batch",
    meta: "batches.meta",
    labels: ten("label_names"),
  },
  { kind: "CIFAR-100 (Python)", train: "train", test: "test", meta: "meta", labels: hundred("") },
];

/** The version with files of these names, if any. */
export function cifarVersion(names: ReadonlySet<string>): Version | undefined {
  return versions.find(({ train, test }) => names.has(train) || names.has(test));
}

/** Whether a file of this name is read of some version. */
export function isCifarFile(name: string): boolean {
  return versions.some(({ train, test, meta, labels }) =>
    [train, test, meta ?? Object.values(labels).map(({ names }) => names)].flat().includes(name),
  );
}

/**
 * Reads images of CIFAR: of CIFAR-10 the first of its five files to learn from, as the report does.
 * @param labels "fine" unless told.
 * @throws FileError if a file is missing or damaged; UserError if there are no such labels.
 */
export async function readCifar(files: Files, version: Version, labels = "fine"): Promise<ImageSet> {
  const { kind, train, test, meta } = version;
  const [lists, chosen] = [Object.keys(version.labels), version.labels[labels]];
  if (!lists.includes(labels))
    throw new UserError(`--labels takes fine, or coarse for CIFAR-100, not "${labels}" for ${kind}`);
  for (const name of [train, test])
    if (!files.names.has(name)) throw new FileError(files.path, `lacks ${name}: ${kind} is ${train} and ${test}`);
  const listed = meta ?? chosen.names;
  const bytes = files.names.has(listed) ? await files.read(listed) : undefined;
  const namesIn = (file: string, bytes: Buffer) =>
    meta ? classNamesOfPickle(file, bytes, chosen.names) : classNamesFrom(file, bytes);
  const classNames = bytes ? namesIn(join(files.path, listed), bytes) : numberedClasses(chosen.classes);
  const layout = { labelBytes: lists.length, labelAt: lists.indexOf(labels), classes: classNames.length };
  const imagesOf = async (name: string) => {
    const [file, content] = [join(files.path, name), await files.read(name)];
    const inOrder = Object.values(version.labels).map(({ list }) => list);
    return imagesOfRecords(file, meta ? recordsOfPickle(file, content, inOrder) : content, layout);
  };
  return {
    classNames,
    train: await imagesOf(train),
    test: await imagesOf(test),
    kind: lists.length > 1 ? `${kind}, ${labels} labels` : kind,
    notes: [],
  };
}
