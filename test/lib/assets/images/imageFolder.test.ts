import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readImageFolder } from "../../../../lib/assets/images/imageFolder";
import { FileError } from "../../../../lib/core/errors";
import { temporaryFolder } from "../../../fixtures/assets/hostile";
import { cutShort, images } from "../../../fixtures/images/images";

const base = temporaryFolder();
const kept = join(base, "kept");
mkdirSync(kept);

/** A folder with these files: a name of a recorded image, or other content, by path. */
function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(base, "images-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(
      join(folder, path),
      content === "broken" ? cutShort("baseline.jpg") : (images.get(content)?.file ?? content),
    );
  }
  return folder;
}

const read = (folder: string, onStep?: (step: string, done: number, total: number) => void) =>
  readImageFolder(folder, { size: 12, folder: kept, onStep });

function refused(files: Record<string, string>, reason: RegExp) {
  return assert.rejects(
    read(folderOf(files)),
    (error: unknown) => error instanceof FileError && reason.test(error.message),
  );
}

const names = ["Zebra", "گربه", "犬", "🦊"];
const two = (name: string) => ({ [`${name}/a.png`]: "wide.png", [`${name}/b.PNG`]: "tall.png" });

const labelsOf = ({ labels }: { labels: Int32Array }) => [...labels].sort().join("");

test("train and test hold the same class folders, in any script, sorted by code points; bytes are torchvision's", async () => {
  const files = Object.assign(
    {},
    ...names.map((name) => ({
      [`train/${name}/deeper/1.png`]: "wide.png",
      [`train/${name}/0.bmp`]: "colours.bmp",
      [`val/${name}/x.png`]: "tall.png",
      [`train/${name}/notes.txt`]: "no image",
      [`train/${name}/.hidden.png`]: "no image",
    })),
    { "val/readme.md": "no image" },
  );
  const { train, test, classNames, kind, notes } = await read(folderOf(files));
  // Python's sorted(): 🦊 is beyond U+FFFF and comes last.
  assert.deepEqual(classNames, ["Zebra", "گربه", "犬", "🦊"]);
  assert.deepEqual([train, test].map(labelsOf), ["00112233", "0123"]);
  assert.deepEqual([train.shape, train.preprocessing.size], [[3, 12, 12], 12]);
  const [wide, colours] = ["wide.png", "colours.bmp"].map((name) => images.get(name)!.prepared);
  const expected = Buffer.concat([...train.labels].map(() => wide));
  assert.ok(wide.equals(colours) && Buffer.from(train.pixels(0, 8)).equals(expected));
  assert.ok(Buffer.from(test.pixels(0, 4)).equals(Buffer.concat(names.map(() => images.get("tall.png")!.prepared))));
  assert.match(kind, /train and val/);
  assert.deepEqual(notes, ["5 other files ignored, such as notes.txt"]);
});

test("one folder of class folders is split by a seed, the same way each time, and says so", async () => {
  const kinds = ["wide.png", "tall.png", "large.png", "grey.png", "palette.png", "exact.png", "odd.png"];
  const files = Object.assign(
    {},
    ...["a", "b"].flatMap((name) => kinds.map((kind) => ({ [`${name}/${kind}`]: kind }))),
  );
  const { train, test, notes } = await read(folderOf(files));
  assert.deepEqual([train, test].map(labelsOf), ["0000011111", "0011"]);
  assert.deepEqual([...new Set(train.labels.subarray(0, 5))].sort(), [0, 1], "the first images are of both classes");
  assert.match(notes[0], /one in 5 of each class to test on, drawn with seed 0/);
  const again = await read(folderOf(files));
  assert.deepEqual([again.train.sha256, again.test.sha256], [train.sha256, test.sha256]);
  const all = [train, test].flatMap((set) =>
    Array.from({ length: set.count }, (_, i) => Buffer.from(set.pixels(i, i + 1)).toString("hex")),
  );
  assert.equal(new Set(all).size, kinds.length, "each image is in one of the parts");
});

test("images are prepared once by their content, whatever their names, and again where the file is damaged", async () => {
  const steps = new Set<string>();
  const onStep = (step: string) => steps.add(step);
  const [first, second] = [folderOf({ ...two("x"), ...two("y") }), folderOf({ ...two("p"), ...two("q") })];
  await read(first, onStep);
  assert.ok([...steps].some((step) => step.startsWith("preparing")));
  steps.clear();
  const { train } = await read(second, onStep);
  assert.deepEqual(
    [...steps].filter((step) => step.startsWith("preparing")),
    [],
  );
  const before = train.pixels(0, 2);
  for (const name of readdirSync(kept)) truncateSync(join(kept, name), 100);
  assert.deepEqual((await read(first, onStep)).train.pixels(0, 2), before);
  assert.ok([...steps].some((step) => step.startsWith("preparing")));
  assert.ok(
    readdirSync(kept).every((name) => name.endsWith(".bin")),
    "nothing half-made is left",
  );
});

test("what cannot be meant is refused in one line that names the place", async () => {
  await refused({}, /holds 0 class folders/);
  await refused({ ...two("one") }, /holds 1 class folder: give two at least/);
  await refused({ "a.png": "wide.png", "b.png": "wide.png" }, /holds 0 class folders/);
  await refused(
    { ...two("train/a"), ...two("train/b"), ...two("extra/a") },
    /train: holds folders .*call the parts train/,
  );
  await refused({ ...two("Training/a"), ...two("Testing/a") }, /Training: holds folders/);
  await refused({ ...two("a"), "b/notes.txt": "none" }, /\/b: holds no PNG, JPEG, WebP or BMP/);
  await refused({ ...two("a"), "b/1.png": "wide.png" }, /b\/1\.png: is its class's only image/);
  const both = { ...two("train/a"), ...two("train/b"), ...two("test/a") };
  await refused(both, /train\/b: is a class of this part alone/);
  await refused({ ...both, ...two("test/b"), ...two("test/c") }, /test\/c: is a class of this part alone/);
  await refused(
    { ...two("a"), ...two("b"), "b/c.jpg": "broken", "b/d.jpg": "broken" },
    /b\/[cd]\.jpg: is a broken JPEG/,
  );
  assert.ok(
    readdirSync(kept).every((name) => name.endsWith(".bin")),
    "nothing half-made is left",
  );
});

test("links are followed, but not back to where they come from", async () => {
  const folder = folderOf({ ...two("a"), ...two("b") });
  symlinkSync(join(folder, "a"), join(folder, "a", "again"));
  symlinkSync(join(folder, "a", "a.png"), join(folder, "b", "c.png"));
  const { train, test } = await read(folder);
  assert.deepEqual([train.count + test.count, train.count], [5, 3]);
  symlinkSync("itself", join(folder, "b", "itself"));
  await assert.rejects(read(folder), /^FileError: .*b.itself: is a link to itself$/);
});
