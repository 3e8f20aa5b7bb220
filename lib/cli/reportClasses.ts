import type { Assets } from "../assets/assets";
import { report } from "../claims/report";
import { FileError } from "../core/errors";

/**
 * Makes sure that the images have as many classes as the report's: chapters and benchmark repeat it with heads of ten.
 * @throws FileError that names the folder if they have not.
 */
export function requireReportClasses({ images: { folder, classNames } }: Pick<Assets, "images">): void {
  if (classNames.length === report.classes) return;
  throw new FileError(
    folder,
    `holds images of ${classNames.length} classes, the report repeated here is about ${report.classes}: npm run compress takes any number`,
  );
}
