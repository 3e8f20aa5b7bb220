import { readdirSync, realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { FileError, printable } from "../../core/errors";
import { explainFileError } from "../../core/files";
import { Random } from "../../core/random";
import type { ImageSet } from "./labelledImages";
import { type Preparation, preparedImages } from "./preparedImages";

const extensions = new Set([".png", ".jpg", ".jpeg", ".webp", ".bmp"]);

/** Folders of images to test on: the first that is there. */
const testFolders = ["test", "val", "valid", "validation"];

/** How one folder is split: of each class one image in so many is tested on, drawn with a seed. */
const [testShare, splitSeed] = [5, 0];

/** Of the order of the images of all classes. */
const orderSeed = 0;

/** Files of each class. */
type Classes = Map<string, string[]>;

/**
 * Reads a folder of class folders as torchvision's ImageFolder does: classes are the folders' names in the order of their
 * code points, images all files below them with a known ending, in a random order, always the same. It holds `train` and `test` (or `val`), or the class folders
 * themselves, whose images are split then.
 * @throws FileError if there are fewer than two classes, not the same to learn from and to test on, one without images, or a broken image.
 */
export async function readImageFolder(folder: string, preparation: Preparation): Promise<ImageSet> {
  const inside = foldersIn(folder);
  const testFolder = inside.includes("train") && testFolders.find((name) => inside.includes(name));
  // Parts of other names, or one alone, would pass for classes.
  const isPart = (name: string) => /train/i.test(name) && foldersIn(join(folder, name)).length > 0;
  const part = testFolder ? undefined : inside.find(isPart);
  if (part) throw new FileError(join(folder, part), "holds folders and is no class: call the parts train and test");
  const others: string[] = [];
  const [train, test] = testFolder
    ? ["train", testFolder].map((name) => classesIn(join(folder, name), others))
    : split(classesIn(folder, others));
  if (train.size < 2)
    throw new FileError(
      folder,
      `holds ${train.size} class folder${train.size === 1 ? "" : "s"}: give two at least, in train/ and test/ or directly`,
    );
  for (const [here, there, place] of [
    [train, test, "train"],
    [test, train, testFolder],
  ] as const)
    for (const name of here.keys())
      if (!there.has(name)) throw new FileError(join(folder, String(place), name), "is a class of this part alone");
  const prepared = (name: string, classes: Classes) => {
    const files = [...classes.values()].flatMap((own, label) => own.map((file) => ({ file, label })));
    // Whoever takes the first or the last of them takes all classes.
    const order = new Random(orderSeed).permutation(files.length);
    return preparedImages(
      name,
      Array.from(order, (i) => files[i]),
      preparation,
    );
  };
  return {
    train: await prepared("training", train),
    test: await prepared("test", test),
    classNames: [...train.keys()],
    kind: testFolder ? `class folders in train and ${testFolder}` : "class folders",
    notes: [
      ...(testFolder ? [] : [`one in ${testShare} of each class to test on, drawn with seed ${splitSeed}`]),
      ...(others.length > 0 ? [`${others.length} other files ignored, such as ${printable(others[0])}`] : []),
    ],
  };
}

/** Names in a folder but hidden ones, in the order of their code points, which is that of their bytes in UTF-8. */
function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => !name.startsWith("."));
    return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  } catch (cause) {
    throw explainFileError(folder, cause);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (cause) {
    throw explainFileError(path, cause);
  }
}

const foldersIn = (folder: string) => namesIn(folder).filter((name) => isFolder(join(folder, name)));

/** @param others gets the files that are no images. @throws FileError if a class has none. */
function classesIn(folder: string, others: string[]): Classes {
  others.push(...namesIn(folder).filter((name) => !isFolder(join(folder, name))));
  const classes: Classes = new Map(foldersIn(folder).map((name) => [name, imagesUnder(join(folder, name), others)]));
  for (const [name, files] of classes)
    if (files.length === 0)
      throw new FileError(join(folder, name), "holds no PNG, JPEG, WebP or BMP: fill or remove it");
  return classes;
}

/** @param above what the folder lies in: a link back there is not followed. */
function imagesUnder(folder: string, others: string[], above: readonly string[] = []): string[] {
  const real = realpathSync(folder);
  if (above.includes(real)) return [];
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name);
    if (isFolder(path)) return imagesUnder(path, others, [...above, real]);
    if (extensions.has(extname(name).toLowerCase())) return [path];
    others.push(name);
    return [];
  });
}

/** What to learn from and what to test on. */
function split(classes: Classes): [Classes, Classes] {
  const random = new Random(splitSeed);
  const [train, test]: [Classes, Classes] = [new Map(), new Map()];
  for (const [name, files] of classes) {
    if (files.length < 2)
      throw new FileError(files[0], "is its class's only image: give one to learn from and one to test on");
    const drawn = new Set(random.permutation(files.length).subarray(0, Math.ceil(files.length / testShare)));
    train.set(
      name,
      files.filter((_, i) => !drawn.has(i)),
    );
    test.set(
      name,
      files.filter((_, i) => drawn.has(i)),
    );
  }
  return [train, test];
}
