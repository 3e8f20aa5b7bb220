import { UserError } from "../core/errors";

/** The versions of Node.js that are tested, each from this minor version on: earlier ones lack zlib.crc32. */
const tested = new Map([
  [20, 15],
  [22, 2],
  [24, 0],
]);

/** @throws UserError if that version of Node.js is none of the tested. */
export function requireTestedNode(version = process.versions.node): void {
  const [major, minor] = version.split(".").map(Number);
  if (minor >= (tested.get(major) ?? Number.POSITIVE_INFINITY)) return;
  const names = [...tested].map(([each, least]) => (least > 0 ? `${each} (from ${each}.${least})` : each));
  throw new UserError(
    `Node.js ${version} is not supported: install ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`,
  );
}
