import type { Assets } from "../assets/assets";
import { FileError } from "../core/errors";
import { protocol } from "./protocol";

/**
 * Makes sure that the images have as many classes as the report's: chapters and benchmark repeat it with heads of ten.
 * @throws FileError that names the folder if they have not.
 */
export function requireReportClasses({ images: { folder, classNames } }: Assets): void {
  if (classNames.length === protocol.classes) return;
  throw new FileError(
    folder,
    `holds images of ${classNames.length} classes, the report repeated here is about ${protocol.classes}: npm run compress takes any number`,
  );
}
