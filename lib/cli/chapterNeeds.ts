import type { Assets } from "../assets/assets";
import { report } from "../claims/report";
import { FileError } from "../core/errors";
import type { ReadNetwork } from "../network/resnet";

/** What some chapters need beyond images and any network: images of as many classes as the report's, the checkpoint's head. */
const needs: Record<number, readonly ("classes" | "head")[]> = {
  2: ["head"],
  3: ["classes"],
  4: ["classes"],
  6: ["classes", "head"], // it sums up chapters 2 to 5
};

/** What is read before anything runs. */
export type Loaded = Assets & { read: ReadNetwork };

/** Why a chapter cannot run on these weights and images; undefined if it can. The same of all chapters that it keeps from running. */
export function obstacleTo(chapter: number, { weights, images, read }: Loaded): FileError | undefined {
  const missing = needs[chapter] ?? [];
  const classes = images.classNames.length;
  if (missing.includes("classes") && classes !== report.classes)
    return new FileError(
      images.folder,
      `holds images of ${classes} classes, the heads of chapters 3, 4 and 6 have ${report.classes}: chapters 1, 2, 5, 7 and npm run compress take any number`,
    );
  if (missing.includes("head") && read.classes === undefined)
    return new FileError(weights.file, "has no head, which chapters 2 and 6 look at: the others train their own");
  return undefined;
}
