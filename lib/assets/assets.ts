import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../core/errors";
import { sha256 } from "../core/files";
import { buildFolder, demoFolder, downloadFolder } from "../core/paths";
import type { Provenance } from "../core/provenance";
import type { OnStep } from "../core/progress";
import type { Settings } from "../core/settings";
import { type Checkpoint, readCheckpoint } from "./checkpoint/checkpoint";
import { readCifar10 } from "./images/cifar10";
import type { LabelledImages } from "./images/labelledImages";
import { unpackCifar10 } from "./images/cifarArchive";
import { classNamesIn } from "./images/classNames";
import { demoCheckpoint, demoChecksum, drawDemoImages } from "./demo";
import { demoClassNames } from "./images/demoImages";
import {
  cifarArchive,
  cifarChecksums,
  cifarClassNames,
  cifarFolder,
  officialWeights,
  testFile,
  trainFile,
} from "./officialFiles";

/** The weights and images that a chapter works on. */
export interface Assets {
  weights: Checkpoint & { provenance: Provenance };
  images: {
    provenance: Provenance;
    folder: string;
    train: LabelledImages;
    test: LabelledImages;
    /** One for each class: a label is an index into them. */
    classNames: string[];
    /** Of both files together. */
    sha256: string;
  };
}

/** Where assets lie. */
const places = {
  downloads: downloadFolder,
  demo: demoFolder,
  demoImages: join(buildFolder, "cache", "demo-images"),
};

/**
 * Loads the weights and the images in use: those the settings name, else downloaded ones, else the embedded demo.
 * @throws FileError if a file is missing, damaged, or under an official name without being the official file, or a label
 * belongs to no class that its folder names.
 */
export async function loadAssets(
  { weights, entry, images }: Pick<Settings, "weights" | "entry" | "images">,
  onStep?: OnStep,
  at = places,
): Promise<Assets> {
  return { weights: await loadWeights(weights, entry, at), images: await loadImages(images, onStep, at) };
}

async function loadWeights(
  own: string | undefined,
  entry: string | undefined,
  at: typeof places,
): Promise<Assets["weights"]> {
  const downloaded = join(at.downloads, officialWeights.name);
  if (own) return provenWeights(own, entry);
  if (existsSync(downloaded)) {
    const weights = await provenWeights(downloaded);
    if (weights.provenance !== "official") throw notOfficial(downloaded);
    return weights;
  }
  const checkpoint = await readCheckpoint(join(at.demo, demoCheckpoint));
  if (checkpoint.sha256 !== demoChecksum(at.demo, demoCheckpoint)) {
    throw new FileError(
      checkpoint.file,
      "is damaged, its sha256 is not the recorded one: restore it with git checkout",
    );
  }
  return { provenance: "demo", ...checkpoint };
}

async function provenWeights(file: string, entry?: string): Promise<Assets["weights"]> {
  const checkpoint = await readCheckpoint(file, { entry });
  const official = checkpoint.sha256 === officialWeights.checksum.digest;
  return { provenance: official ? "official" : "custom", ...checkpoint };
}

async function loadImages(
  own: string | undefined,
  onStep: OnStep | undefined,
  at: typeof places,
): Promise<Assets["images"]> {
  const downloaded = join(at.downloads, cifarFolder);
  if (own) return provenImages(own);
  const archive = join(at.downloads, cifarArchive.name);
  const complete = [trainFile, testFile].every((name) => existsSync(join(downloaded, name)));
  if (!complete && existsSync(archive)) await unpackCifar10(archive, at.downloads, onStep);
  if (existsSync(downloaded)) {
    const images = await provenImages(downloaded);
    if (images.provenance !== "official") throw notOfficial(downloaded);
    return images;
  }
  await drawDemoImages(at.demoImages, at.demo, onStep);
  return imagesIn(at.demoImages, "demo");
}

async function provenImages(folder: string): Promise<Assets["images"]> {
  const images = await imagesIn(folder, "custom");
  const { train, test } = images;
  const official = train.sha256 === cifarChecksums[trainFile] && test.sha256 === cifarChecksums[testFile];
  return official ? { ...images, provenance: "official", classNames: cifarClassNames } : images;
}

async function imagesIn(folder: string, provenance: Provenance): Promise<Assets["images"]> {
  for (const name of [trainFile, testFile]) {
    if (!existsSync(join(folder, name))) {
      throw new FileError(folder, `lacks ${name}: a folder of images holds ${trainFile} and ${testFile}`);
    }
  }
  const classNames = provenance === "demo" ? demoClassNames : await classNamesIn(folder);
  const train = await readCifar10(join(folder, trainFile), classNames.length);
  const test = await readCifar10(join(folder, testFile), classNames.length);
  return { provenance, folder, train, test, classNames, sha256: sha256(train.sha256 + test.sha256) };
}

/** @throws FileError that names the file with fewer images than are needed to learn from or to test on. */
export function requireImages({ folder, train, test }: Assets["images"], least: { train: number; test: number }): void {
  for (const [name, { count }, needed] of [
    [trainFile, train, least.train],
    [testFile, test, least.test],
  ] as const)
    if (count < needed) throw new FileError(join(folder, name), `holds ${count} images: at least ${needed} are needed`);
}

function notOfficial(file: string): FileError {
  return new FileError(file, "is not the official one, its sha256 differs: remove it and run npm run download");
}
