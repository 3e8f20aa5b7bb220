import assert from "node:assert/strict";
import { test } from "node:test";
import type { Assets } from "../../../lib/assets/assets";
import { requireReportClasses } from "../../../lib/cli/openChapter";
import { FileError } from "../../../lib/core/errors";

const assetsWith = (classes: number) =>
  ({ images: { folder: "own images", classNames: new Array(classes).fill("name") } }) as Partial<Assets> as Assets;

test("images of ten classes pass, others are refused by their folder, with what takes them", () => {
  requireReportClasses(assetsWith(10));
  for (const classes of [4, 100])
    assert.throws(
      () => requireReportClasses(assetsWith(classes)),
      (error) =>
        error instanceof FileError &&
        error.file === "own images" &&
        new RegExp(`^holds images of ${classes} classes, .*npm run compress`).test(error.reason),
    );
});
