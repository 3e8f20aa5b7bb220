import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileError, UserError } from "../core/errors";
import { explainFileError, sha256, checksumOfFile, writeAtomically } from "../core/files";
import type { OnStep } from "../core/progress";
import { demoBatch } from "./images/demoImages";
import { testFile, trainFile } from "./officialFiles";

/** The embedded checkpoint: a half-precision ResNet-18 trained on a procedural pretext task (data/demo/README.md). */
export const demoCheckpoint = "resnet18-demo.safetensors";

/** How each of the demo's files of images is drawn. */
export interface DemoBatch {
  count: number;
  seed: number;
}

const demoBatches: Record<string, DemoBatch> = {
  [trainFile]: { count: 2000, seed: 1 },
  [testFile]: { count: 2000, seed: 2 },
};

/**
 * The recorded sha256 of a demo file, from checksums.json beside the demo checkpoint.
 * @throws FileError if it is not recorded.
 */
export function demoChecksum(demoFolder: string, name: string): string {
  const file = join(demoFolder, "checksums.json");
  try {
    const checksum = Object(JSON.parse(readFileSync(file, "utf8")))[name];
    if (typeof checksum === "string") return checksum;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw explainFileError(file, cause);
  }
  throw new FileError(file, `does not give the sha256 of ${name}: restore it with git checkout`);
}

/**
 * Draws the demo images into a folder in CIFAR-10's binary layout, or leaves them if they are there and right.
 * @throws UserError if what this machine draws is not what was recorded.
 */
export async function drawDemoImages(
  folder: string,
  demoFolder: string,
  onStep: OnStep = () => undefined,
  batches = demoBatches,
): Promise<void> {
  const wrong: [string, DemoBatch][] = [];
  for (const [name, batch] of Object.entries(batches)) {
    const file = join(folder, name);
    const right = existsSync(file) && (await checksumOfFile(file)) === demoChecksum(demoFolder, name);
    if (!right) wrong.push([name, batch]);
  }
  if (wrong.length === 0) return;
  const onDrawn = (done: number) => onStep("drawing the demo images, files", done, wrong.length);
  onDrawn(0);
  for (const [done, [name, { count, seed }]] of wrong.entries()) {
    const records = demoBatch(count, seed);
    if (sha256(records) !== demoChecksum(demoFolder, name)) {
      throw new UserError(
        `the demo images drawn here (${name}, Node ${process.version}) differ from the recorded ones: use Node 20, or images of your own with --images DIR`,
      );
    }
    await writeAtomically(join(folder, name), records);
    onDrawn(done + 1);
  }
}
