import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { imagesLine, loadAssets } from "../../../lib/assets/assets";
import { demoBatch, demoClassNames } from "../../../lib/assets/images/demoImages";
import { FileError } from "../../../lib/core/errors";
import { sha256 } from "../../../lib/core/files";
import { buildFolder } from "../../../lib/core/paths";
import { fixture, safetensors, temporaryFolder } from "../../fixtures/assets/hostile";

const assets = process.env.LOW_RANK_ASSETS;
const skip = !assets && "LOW_RANK_ASSETS is not set";
const base = temporaryFolder();
const checkpoint = safetensors({ a: { dtype: "F16", shape: [1], data_offsets: [0, 2] } }, Buffer.from([0, 0x3c]));
const own = join(base, "own.pth");
writeFileSync(own, fixture("small.pth"));

/** A folder of images in CIFAR-10's layout: 3 to train on, 2 to test on. */
function imageFolder(name: string): string {
  mkdirSync(join(base, name));
  writeFileSync(join(base, name, "data_batch_1.bin"), demoBatch(3, 1));
  writeFileSync(join(base, name, "test_batch.bin"), demoBatch(2, 2));
  return join(base, name);
}

/** Places with a demo of one number; the demo images are the project's own. */
function places(name: string) {
  const [downloads, demo] = ["downloads", "demo"].map((part) => join(base, name, part));
  for (const folder of [downloads, demo]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(demo, "resnet18-demo.safetensors"), checkpoint);
  copyFileSync(join(__dirname, "../../../data/demo/checksums.json"), join(demo, "checksums.json"));
  const checksums = JSON.parse(readFileSync(join(demo, "checksums.json"), "utf8"));
  checksums["resnet18-demo.safetensors"] = sha256(checkpoint);
  writeFileSync(join(demo, "checksums.json"), JSON.stringify(checksums));
  return { downloads, demo, demoImages: join(buildFolder, "cache", "demo-images"), prepared: join(base, name) };
}

const settings = (weights?: string, images?: string) => ({ weights, images, threads: 1, fresh: false });

function refused(work: Promise<unknown>, reason: RegExp) {
  return assert.rejects(work, (error: unknown) => error instanceof FileError && reason.test(error.message));
}

test("without anything else, the embedded demo", async () => {
  const { weights, images } = await loadAssets(settings(), undefined, places("nothing"));
  assert.deepEqual([weights.provenance, images.provenance], ["demo", "demo"]);
  assert.deepEqual([images.train.count, images.test.count], [2000, 2000]);
  assert.deepEqual(images.classNames, demoClassNames);
});

test("a damaged demo checkpoint is noticed: safetensors has no checksum of its own", async () => {
  const at = places("damaged");
  const flipped = Buffer.from(checkpoint);
  flipped[flipped.length - 1] ^= 1;
  writeFileSync(join(at.demo, "resnet18-demo.safetensors"), flipped);
  await refused(loadAssets(settings(), undefined, at), /resnet18-demo\.safetensors: is damaged.*git checkout/);
});

test("the entry that is asked for is the one that is read, and its sum is its own", async () => {
  const [images, at] = [imageFolder("entry"), places("entry")];
  const file = join(__dirname, "..", "..", "fixtures", "assets", "checkpoints", "wrapped", "ema.pth");
  const [ema, model] = await Promise.all(
    ["ema", "model"].map((entry) => loadAssets({ ...settings(file, images), entry }, undefined, at)),
  );
  assert.deepEqual(ema.weights.notes, ['entry "ema"', "ignored: epoch, model"]);
  assert.notEqual(ema.weights.sha256, model.weights.sha256);
  await refused(loadAssets(settings(file, images), undefined, at), /choose one by --entry model$/);
});

test("a reader's own files come before everything, and are custom", async () => {
  const folder = imageFolder("images");
  const { weights, images } = await loadAssets(settings(own, folder), undefined, places("own"));
  assert.deepEqual([weights.provenance, weights.file], ["custom", own]);
  assert.deepEqual([images.provenance, images.folder, images.train.count, images.test.count], ["custom", folder, 3, 2]);
  assert.deepEqual([images.classNames.length, images.classNames[9]], [10, "class 9"]);
});

test("a folder's batches.meta.txt says how many classes there are; a label beyond them names its file and image", async () => {
  const folder = imageFolder("named");
  const labelled = (...labels: number[]) => {
    const records = demoBatch(labels.length, 1);
    for (const [i, label] of labels.entries()) records[i * 3073] = label;
    return records;
  };
  writeFileSync(join(folder, "data_batch_1.bin"), labelled(0, 3, 11));
  writeFileSync(join(folder, "test_batch.bin"), labelled(11, 2));
  const names = Array.from({ length: 12 }, (_, i) => `name ${i}`);
  const writeNames = (count: number) =>
    writeFileSync(join(folder, "batches.meta.txt"), names.slice(0, count).join("\n"));
  writeNames(12);
  const { images } = await loadAssets(settings(own, folder), undefined, places("twelve"));
  assert.deepEqual(images.classNames, names);
  assert.deepEqual([...images.train.labels], [0, 3, 11]);
  writeNames(4);
  await refused(
    loadAssets(settings(own, folder), undefined, places("four")),
    /data_batch_1\.bin: has label 11 at image 2: labels are 0 to 3 unless /,
  );
});

test("another preprocessing than the report's is another identity, and is said", async () => {
  const folder = imageFolder("preprocessed");
  const load = async (more: object) =>
    (await loadAssets({ ...settings(own, folder), ...more }, undefined, places("pre"))).images;
  const [report, same, cifar] = [
    await load({}),
    await load({ size: "128", mean: "imagenet" }),
    await load({ mean: "cifar", size: "32" }),
  ];
  assert.equal(same.sha256, report.sha256);
  assert.notEqual(cifar.sha256, report.sha256);
  assert.equal(report.sha256, sha256(report.train.sha256 + report.test.sha256));
  assert.deepEqual([report.notes, cifar.train.preprocessing.size, cifar.test.preprocessing.mean[0]], [[], 32, 0.4914]);
  assert.match(
    imagesLine(report),
    /^images: custom, \S+, CIFAR-10 \(binary\); 10 classes, 3 to learn from, 2 to test on; .*128 × 128.*0\.485/,
  );
  assert.match(imagesLine(cifar), /; RGB, .*32 × 32.*0\.4914.*0\.2616/);
});

test("a class is not enough", async () => {
  const folder = imageFolder("one class");
  for (const name of ["data_batch_1.bin", "test_batch.bin"]) writeFileSync(join(folder, name), Buffer.alloc(3073));
  writeFileSync(join(folder, "batches.meta.txt"), "cat\n");
  await refused(loadAssets(settings(own, folder), undefined, places("one")), /one class: holds images of one class/);
});

test("a folder that lacks a file names the files it should hold", async () => {
  const folder = join(base, "half");
  mkdirSync(folder);
  writeFileSync(join(folder, "data_batch_1.bin"), demoBatch(1, 1));
  await refused(
    loadAssets(settings(own, folder), undefined, places("half-places")),
    /lacks test_batch\.bin: .*data_batch_1\.bin and/,
  );
});

test("what lies under an official name without being official is an error, not a silent demo", async () => {
  const at = places("false-weights");
  writeFileSync(join(at.downloads, "resnet18-f37072fd.pth"), fixture("small.pth"));
  await refused(
    loadAssets(settings(undefined, imageFolder("i2")), undefined, at),
    /f37072fd\.pth: is not the official one/,
  );
  const other = places("false-images");
  symlinkSync(imageFolder("i3"), join(other.downloads, "cifar-10-batches-bin"));
  await refused(loadAssets(settings(own), undefined, other), /cifar-10-batches-bin: is not the official one/);
  const archived = places("false-archive");
  writeFileSync(join(archived.downloads, "cifar-10-binary.tar.gz"), "no archive");
  await refused(loadAssets(settings(own), undefined, archived), /cifar-10-binary\.tar\.gz: is damaged or incomplete/);
});

test("the official images are recognised by their content, wherever they are", { skip }, async () => {
  const { images } = await loadAssets(settings(own, assets), undefined, places("official"));
  assert.deepEqual([images.provenance, images.train.count, images.classNames[9]], ["official", 10_000, "truck"]);
  const at = places("downloaded");
  symlinkSync(assets!, join(at.downloads, "cifar-10-batches-bin"));
  assert.equal((await loadAssets(settings(own), undefined, at)).images.provenance, "official");
});

test("official images with one byte more are custom or refused", { skip }, async () => {
  const folder = join(base, "nearly");
  mkdirSync(folder);
  for (const name of ["data_batch_1.bin", "test_batch.bin"]) {
    writeFileSync(join(folder, name), readFileSync(join(assets!, name)));
  }
  appendFileSync(join(folder, "test_batch.bin"), Buffer.alloc(3073));
  assert.equal(
    (await loadAssets(settings(own, folder), undefined, places("nearly-places"))).images.provenance,
    "custom",
  );
  appendFileSync(join(folder, "test_batch.bin"), Buffer.alloc(1));
  await refused(loadAssets(settings(own, folder), undefined, places("nearly-2")), /no multiple of 3073/);
});
