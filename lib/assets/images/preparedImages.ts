import { createHash } from "node:crypto";
import { openSync, readSync, statSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "../../core/errors";
import { readBounded, sha256, sweepPartials, writeAtomically } from "../../core/files";
import { stopIfInterrupted } from "../../core/interrupt";
import type { OnStep } from "../../core/progress";
import { sizeOf } from "../../core/tensor";
import { decodeImage } from "./decodeImage";
import type { LabelledImages } from "./labelledImages";
import { reportPreprocessing } from "./preprocessing";
import { resizeAndCrop } from "./resize";

/** An image's file, and its class. */
export interface ImageFile {
  file: string;
  label: number;
}

/** How images are prepared, and where the results lie. */
export interface Preparation {
  /** Side to which they are resized. */
  size: number;
  /** Holds one file a set of images, named by their content. */
  folder: string;
  /** Prepare again even what is there. */
  fresh?: boolean;
  onStep?: OnStep;
}

/** Changes when images are decoded or resized otherwise. */
const version = 1;

/** As many as Node.js decodes at once. */
const atOnce = 4;

/**
 * Images decoded, resized and cropped once, as torchvision does it, and read from one file ever after: the memory needed does
 * not grow with their number.
 * @param name of the set, for its progress.
 * @throws FileError for an image that is broken, or if the file cannot be written.
 */
export async function preparedImages(
  name: string,
  files: readonly ImageFile[],
  { size, folder, fresh, onStep }: Preparation,
): Promise<LabelledImages> {
  const content = await contentOf(files, (done) => onStep?.(`reading ${name} images`, done, files.length));
  const shape = [3, size, size] as const;
  const kept = join(folder, `images-${sha256(`${version} ${size} ${content}`).slice(0, 24)}.bin`);
  const length = statSync(kept, { throwIfNoEntry: false })?.size;
  if (fresh || length !== files.length * sizeOf(shape)) {
    await sweepPartials(folder);
    const onDone = (done: number) => onStep?.(`preparing ${name} images`, done, files.length);
    await writeAtomically(kept, (to) => prepare(files, size, to, onDone));
  }
  return {
    count: files.length,
    shape,
    pixels: pixelsOf(kept, sizeOf(shape)),
    labels: Int32Array.from(files, ({ label }) => label),
    sha256: content,
    preprocessing: { ...reportPreprocessing, size },
  };
}

/** A checksum of all files and their classes. */
async function contentOf(files: readonly ImageFile[], onDone: (done: number) => void): Promise<string> {
  const hash = createHash("sha256");
  for (const [place, { file, label }] of files.entries()) {
    stopIfInterrupted();
    hash.update(`${label} ${sha256(await readBounded(file, "image"))} `);
    onDone(place + 1);
  }
  return hash.digest("hex");
}

async function prepare(
  files: readonly ImageFile[],
  size: number,
  to: FileHandle,
  onDone: (done: number) => void,
): Promise<void> {
  let [next, done] = [0, 0];
  const work = async () => {
    while (next < files.length) {
      const [place, { file }] = [next, files[next++]];
      try {
        stopIfInterrupted();
        const image = await decodeImage(file, await readBounded(file, "image"));
        const planes = resizeAndCrop(image.planes, image, size);
        await to.write(planes, 0, planes.length, place * planes.length);
      } catch (cause) {
        next = files.length;
        throw cause;
      }
      onDone(++done);
    }
  };
  // The file is closed after this, so all must have ended.
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
}

function pixelsOf(file: string, imageBytes: number): LabelledImages["pixels"] {
  const opened = openSync(file, "r");
  return (from, to) => {
    const bytes = Buffer.alloc((to - from) * imageBytes);
    const read = readSync(opened, bytes, 0, bytes.length, from * imageBytes);
    if (read !== bytes.length) throw new FileError(file, "became shorter: start again");
    return bytes;
  };
}
