import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors";
import { assetsKey, type ChapterInUse, type Claim } from "./claims";
import { claimsFolder } from "./settle";

/**
 * The claims of chapters that ran before, as their last runs with the report's settings left them.
 * @param chapter that collects them.
 * @throws UserError if one has not run, or ran on other weights or images than those in use.
 */
export function collectClaims(
  chapter: Pick<ChapterInUse, "weights" | "images">,
  numbers: readonly number[],
  folder = claimsFolder,
): Claim[] {
  const expected = assetsKey(chapter);
  return numbers.flatMap((number) => {
    const claims = readClaims(join(folder, `chapter-${number}.json`), number);
    if (claims.some(({ assets }) => assets !== expected))
      throw new UserError(
        `chapter ${number} ran on other weights or images than those in use: run it again (npm start -- ${number}), results of different assets are not mixed`,
      );
    return claims;
  });
}

function readClaims(file: string, number: number): Claim[] {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new UserError(
      `chapter ${number} has no results with the report's settings yet: run it first (npm start -- ${number})`,
    );
  }
}
