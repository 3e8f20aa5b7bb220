import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../core/errors";
import { sha256 } from "../core/files";
import { buildFolder, demoFolder, downloadFolder } from "../core/paths";
import type { Provenance } from "../core/provenance";
import type { OnStep } from "../core/progress";
import type { Settings } from "../core/settings";
import { type Checkpoint, readCheckpoint } from "./checkpoint/checkpoint";
import { unpackCifar10 } from "./images/cifarArchive";
import { readImages } from "./images/imageSource";
import type { ImageSet } from "./images/labelledImages";
import {
  isReports,
  type Preprocessing,
  preprocessingFor,
  preprocessingFrom,
  preprocessingText,
} from "./images/preprocessing";
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
  images: ImageSet & {
    provenance: Provenance;
    /** Or archive. */
    folder: string;
    /** Of both parts together, and of their preprocessing where it is not the report's. */
    sha256: string;
  };
}

/** Where assets lie, and prepared images. */
const places = {
  downloads: downloadFolder,
  demo: demoFolder,
  demoImages: join(buildFolder, "cache", "demo-images"),
  prepared: join(buildFolder, "cache"),
};

/**
 * Loads the weights and the images in use: those the settings name, else downloaded ones, else the embedded demo.
 * @throws FileError if a file is missing, damaged, or under an official name without being the official file, or a label
 * belongs to no class that its folder names; UserError if the preprocessing is none.
 */
export async function loadAssets(
  settings: ImageSettings & Pick<Settings, "weights" | "entry">,
  onStep?: OnStep,
  at = places,
): Promise<Assets> {
  const preprocessing = preprocessingFrom(settings);
  return {
    weights: await loadWeights(settings.weights, settings.entry, at),
    images: await loadImages(settings, preprocessing, onStep, at),
  };
}

type ImageSettings = Pick<Settings, "images" | "labels" | "size" | "mean" | "std"> & { fresh?: boolean };

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
  settings: ImageSettings,
  preprocessing: Preprocessing,
  onStep: OnStep | undefined,
  at: typeof places,
): Promise<Assets["images"]> {
  const { images: own, labels, fresh } = settings;
  const preparation = { size: preprocessing.size, folder: at.prepared, fresh, onStep };
  const read = async (path: string) => provenImages(path, await readImages(path, labels, preparation), preprocessing);
  const downloaded = join(at.downloads, cifarFolder);
  if (own) return read(own);
  const archive = join(at.downloads, cifarArchive.name);
  const complete = [trainFile, testFile].every((name) => existsSync(join(downloaded, name)));
  if (!complete && existsSync(archive)) await unpackCifar10(archive, at.downloads, onStep);
  if (existsSync(downloaded)) {
    const images = await read(downloaded);
    if (images.provenance !== "official") throw notOfficial(downloaded);
    return images;
  }
  await drawDemoImages(at.demoImages, at.demo, onStep);
  return { ...(await read(at.demoImages)), provenance: "demo", classNames: demoClassNames };
}

function provenImages(
  folder: string,
  { train, test, ...said }: ImageSet,
  preprocessing: Preprocessing,
): Assets["images"] {
  if (said.classNames.length < 2) throw new FileError(folder, "holds images of one class: at least two are needed");
  const official = train.sha256 === cifarChecksums[trainFile] && test.sha256 === cifarChecksums[testFile];
  const identity = train.sha256 + test.sha256 + (isReports(preprocessing) ? "" : JSON.stringify(preprocessing));
  return {
    ...said,
    provenance: official ? "official" : "custom",
    folder,
    train: { ...train, preprocessing },
    test: { ...test, preprocessing },
    ...(official && { classNames: cifarClassNames }),
    sha256: sha256(identity),
  };
}

/**
 * The images as a network of so many channels takes them.
 * @throws UserError if there are neither one nor three.
 */
export function imagesFor(channels: number, { train, test, ...said }: Assets["images"]): Assets["images"] {
  const preprocessing = preprocessingFor(channels, train.preprocessing);
  return { ...said, train: { ...train, preprocessing }, test: { ...test, preprocessing } };
}

/** @throws FileError that names the folder with fewer images than are needed to learn from or to test on. */
export function requireImages({ folder, train, test }: Assets["images"], least: { train: number; test: number }): void {
  for (const [purpose, { count }, needed] of [
    ["learn from", train, least.train],
    ["test on", test, least.test],
  ] as const)
    if (count < needed)
      throw new FileError(folder, `holds ${count} images to ${purpose}: at least ${needed} are needed`);
}

/** Which images are in use, in one line. */
export function imagesLine({ provenance, folder, kind, train, test, classNames, notes }: Assets["images"]): string {
  const counts = `${classNames.length} classes, ${train.count} to learn from, ${test.count} to test on`;
  const parts = [`${provenance}, ${folder}, ${kind}`, counts, ...notes, preprocessingText(train.preprocessing)];
  return `images: ${parts.join("; ")}`;
}

/** What of the images goes without saying in the report, and not here. */
export function imagesNotes({ notes, train: { preprocessing } }: Assets["images"]): string[] {
  return isReports(preprocessing) ? notes : [...notes, preprocessingText(preprocessing)];
}

function notOfficial(file: string): FileError {
  return new FileError(file, "is not the official one, its sha256 differs: remove it and run npm run download");
}
